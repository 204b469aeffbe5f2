interface Props {
  /** Whether a press does nothing, for the moment. */
  readonly blocked: boolean;
  readonly sending: boolean;
  readonly secondsLeft: number;
}

export function SubmitButton({ blocked, sending, secondsLeft }: Props) {
  return (
    <>
      {/* Not `disabled`, which would take the focus away from who has just pressed it. */}
      <button type="submit" className="primary" aria-disabled={blocked} aria-describedby="wait">
        Resend emails
      </button>
      {/* Below the button, which stays where it is under the pointer. */}
      <p className="hint" role="status">
        {sending && 'Sending…'}
      </p>
      {/* A timer, unlike a status, is not read out at every tick. */}
      <p id="wait" className="hint" role="timer">
        {secondsLeft > 0 && `You can resend in ${secondsLeft} s.`}
      </p>
    </>
  );
}
