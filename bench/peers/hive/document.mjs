// The gateway's ResendDvEmails, in the schema that Hive makes from the OpenAPI description. A 204 has
// no body, so there is nothing to select in it but `Void`.
export const query = `mutation ResendDvEmails($orderId: String!, $input: ResendDvEmails_Input) {
  resendDvEmails(order_id: $orderId, input: $input) {
    __typename
    ... on Void_container {
      Void
    }
    ... on Errors {
      errors {
        code
        message
      }
    }
  }
}`;

/** From the gateway's variables: DigiCert's names, and what is left out stays out. */
export function toVariables({ orderId, input }) {
  return {
    orderId,
    input: input && {
      domain_approval_emails: input.domainApprovalEmails?.map(({ domain, email, emailDomain }) => ({
        domain,
        email,
        email_domain: emailDomain,
      })),
      locale: input.locale,
    },
  };
}
