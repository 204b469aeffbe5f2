import { Panel } from './panel';
import type { Member } from './recipients';

/** Says "accepted", since delivery is unknown. */
export function AcceptedPanel({ result }: { readonly result: Member<'ResendDvEmailsSuccess'> }) {
  const { acceptedAt, domainApprovalEmails, locale } = result;
  return (
    <Panel tone="success" heading="DigiCert accepted the request">
      <p>
        Accepted at <time dateTime={acceptedAt}>{new Date(acceptedAt).toLocaleTimeString()}</time>
        {locale && <> in the language “{locale}”</>}. That is not “delivered”: give the emails some
        minutes, and look into the spam folder too.
      </p>
      {domainApprovalEmails.length === 0 ? (
        <p>DigiCert mails the recipients that the order already has.</p>
      ) : (
        <ul>
          {domainApprovalEmails.map(({ domain, email }) => (
            <li key={`${domain} ${email}`}>
              {email} for {domain}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
