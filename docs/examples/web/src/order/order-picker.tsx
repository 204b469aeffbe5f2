import { type FormEvent, useId } from 'react';

/** Orders of the gateway's simulator, each with the outcome of a resend. A real page would list its own. */
const SIMULATED_ORDERS = {
  '1001': 'accepted',
  '1002': 'already issued',
  '1003': 'approved by DNS, not by email',
  '1004': 'an OV order',
  '1005': 'waits for an administrator',
  '1006': 'accepted, addresses at a parent domain too',
  '1400': 'refused by DigiCert',
  '1403': 'access denied',
  '1404': 'no such order',
  '1429': 'too many requests',
  '1503': 'DigiCert is down',
};

interface Props {
  readonly onPick: (orderId: string) => void;
}

export function OrderPicker({ onPick }: Props) {
  const listId = useId();

  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    onPick(String(new FormData(event.currentTarget).get('orderId')));
  }

  return (
    <form className="picker" onSubmit={handleSubmit}>
      <label htmlFor="order-id">Order number</label>
      <div className="row">
        <input
          id="order-id"
          name="orderId"
          list={listId}
          inputMode="numeric"
          pattern="[0-9]{1,20}"
          title="1 to 20 digits"
          autoComplete="off"
          required
        />
        <button type="submit">Show order</button>
      </div>
      <datalist id={listId}>
        {Object.entries(SIMULATED_ORDERS).map(([id, label]) => (
          <option key={id} value={id} label={label} />
        ))}
      </datalist>
    </form>
  );
}
