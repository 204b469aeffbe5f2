import { Panel } from './panel';
import type { Member, Recipient } from './recipients';

interface Props {
  readonly result: Member<'ResendDvEmailsSuccess'>;
  readonly recipients: readonly Recipient[];
}

/** Says "accepted", since delivery is unknown. */
export function AcceptedPanel({ result, recipients }: Props) {
  const { acceptedAt, domainApprovalEmails, locale } = result;
  const unreachable = new Set(
    recipients.filter((one) => one.isUnreachable).map(({ entry }) => entry.email),
  );
  const reachesNone =
    unreachable.size > 0 && domainApprovalEmails.every(({ email }) => unreachable.has(email));
  return (
    <Panel tone="success" heading="DigiCert accepted the request">
      <p>
        Accepted at <time dateTime={acceptedAt}>{new Date(acceptedAt).toLocaleTimeString()}</time>
        {locale && <> in the language “{locale}”</>}. That is not “delivered”
        {reachesNone
          ? ', and no email is to be expected: choose other addresses.'
          : ': give the emails some minutes, and look into the spam folder too.'}
      </p>
      {domainApprovalEmails.length === 0 ? (
        <p>
          DigiCert mails the recipients that the order already has. The gateway does not know who
          they are.
        </p>
      ) : (
        <ul>
          {domainApprovalEmails.map(({ domain, email }) => (
            <li key={`${domain} ${email}`}>
              {email} for {domain}
              {unreachable.has(email) &&
                ': no mail server is known there, so DigiCert sends nothing to it'}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
