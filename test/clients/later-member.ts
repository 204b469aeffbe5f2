// A member of the union that a later version of the gateway might have.
export const LATER_MEMBER = 'ResendDvEmailsMailboxFullError';

const RESULT = "NonNullable<ResendDvEmailsMutation['resendDvEmails']>";

/** Adds it to the schema, or to the package's types; leaves every other text as it is. */
export const addMember = (source: string) =>
  source
    .replace(/^union ResendDvEmailsResult = .*/m, `$& | ${LATER_MEMBER}\n${LATER_TYPE}`)
    .replace(RESULT, `$& | { __typename: '${LATER_MEMBER}'; message: string }`);

/** Adds it to the result of the mutation alone: it is no `ResendDvEmailsResult` then. */
export const addToMutation = (source: string) =>
  source
    .replace(
      "{\n        __typename: 'ResendDvEmailsSuccess';",
      (success) => `{ __typename: '${LATER_MEMBER}'; message: string } | ${success}`,
    )
    .replace(RESULT, `Exclude<${RESULT}, { __typename: '${LATER_MEMBER}' }>`);

const LATER_TYPE = `
type ${LATER_MEMBER} implements ResendDvEmailsError {
  message: String!
  retryable: Boolean!
  correlationId: String!
}
`;
