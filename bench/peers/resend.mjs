// The call to DigiCert as one would write it first: one PUT with undici, 204 is success, all else is an
// error. None of the gateway's promises are kept here, so the peers are measured at their cheapest.
import { Pool } from 'undici';

const { DIGICERT_BASE_URL, CONNECTIONS } = process.env;
const { origin, pathname } = new URL(DIGICERT_BASE_URL);
const pool = new Pool(origin, { connections: Number(CONNECTIONS), pipelining: 1 });

/** Resolves with the member of the result union. */
export async function resend(orderId, input) {
  const { statusCode, body } = await pool.request({
    method: 'PUT',
    path: `${pathname}/order/certificate/${orderId}/resend-emails`,
    headers: { 'x-dc-devkey': 'key', 'content-type': 'application/json' },
    body: JSON.stringify({
      domain_approval_emails: input?.domainApprovalEmails?.map(
        ({ domain, email, emailDomain }) => ({
          domain,
          email,
          email_domain: emailDomain,
        }),
      ),
      locale: input?.locale,
    }),
  });
  await body.dump();
  return statusCode === 204
    ? {
        __typename: 'ResendDvEmailsSuccess',
        order: { id: orderId },
        acceptedAt: new Date(),
        domainApprovalEmails: input?.domainApprovalEmails ?? [],
        locale: input?.locale,
      }
    : {
        __typename: 'ResendDvEmailsUpstreamError',
        message: `DigiCert answered ${statusCode}.`,
        retryable: false,
        correlationId: 'none',
        reason: 'UNEXPECTED_RESPONSE',
        emailsMayHaveBeenSent: true,
      };
}
