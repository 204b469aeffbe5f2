import { type FormEvent, useId } from 'react';
import { goTo, type Place, toHref } from '../use-url';
import { toPlace } from './to-place';

/** Orders of the gateway's simulator, each with the outcome of a resend. */
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

/** One field for all that a user may know of an order. Nothing is read while one types: every read counts. */
export function FindForm({ place }: { readonly place: Place }) {
  const listId = useId();
  const shown = place.search ?? place.order ?? '';

  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('find')).trim();
    goTo(toPlace(text));
  }

  return (
    <search>
      <form className="picker" onSubmit={handleSubmit}>
        <label htmlFor="find">Domain, part of one, or order number</label>
        <div className="row">
          <input
            // A new one for each place: it has the focus only if the user came back to it.
            key={toHref(place)}
            id="find"
            name="find"
            defaultValue={shown}
            list={listId}
            maxLength={255}
            autoCapitalize="none"
            autoComplete="off"
            spellCheck={false}
          />
          <button type="submit">Find</button>
        </div>
        <datalist id={listId}>
          {Object.entries(SIMULATED_ORDERS).map(([id, label]) => (
            <option key={id} value={id} label={label} />
          ))}
        </datalist>
      </form>
    </search>
  );
}
