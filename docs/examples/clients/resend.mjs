#!/usr/bin/env node
// Resends the approval emails of an order through the DV email gateway. Node 20 or later.
// usage: resend.mjs ORDER_ID [DOMAIN=EMAIL]...     The exit codes are in README.md.
//        resend.mjs --domain DOMAIN                lists the orders with that name, and sends nothing.

const GATEWAY_URL = process.env.GATEWAY_URL || 'http://127.0.0.1:4000/graphql';
const { GATEWAY_TOKEN } = process.env;
// Longer than the gateway's own DIGICERT_TIMEOUT_MS (10 s), so that it can still say what happened.
const TIMEOUT_SECONDS = 15;
// Becomes the correlation id: where the response is lost, the order's lastResend is compared with it.
const REQUEST_ID = crypto.randomUUID();

// As in schema/operations, so that a gateway which runs listed documents only takes it too.
const DOCUMENT = `
mutation ResendDvEmails($orderId: ID!, $input: ResendDvEmailsInput) {
  resendDvEmails(orderId: $orderId, input: $input) {
    __typename
    ... on ResendDvEmailsSuccess { order { id } acceptedAt domainApprovalEmails { domain email emailDomain } locale }
    ... on ResendDvEmailsError { message retryable correlationId }
    ... on ResendDvEmailsInvalidInputError { issues { path message } digicertErrors { code message } }
    ... on ResendDvEmailsOrderNotFoundError { orderId }
    ... on ResendDvEmailsOrderNotEligibleError { reason orderStatus dcvMethod digicertErrors { code message } }
    ... on ResendDvEmailsAccessDeniedError { digicertErrors { code message } }
    ... on ResendDvEmailsRateLimitedError {
      scope retryAfterSeconds lastResend { attemptedAt outcome emailsMayHaveBeenSent domains correlationId }
    }
    ... on ResendDvEmailsUpstreamError { reason emailsMayHaveBeenSent unavailableForSeconds }
  }
}
`;

const LIST_DOCUMENT = `
query CertificateOrders($filter: CertificateOrdersFilter, $first: Int, $after: String) {
  certificateOrders(filter: $filter, first: $first, after: $after) {
    edges {
      cursor
      node {
        id status commonName dnsNames productName orderedAt
        lastResend { attemptedAt outcome emailsMayHaveBeenSent domains correlationId }
      }
    }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
  }
}
`;

// Node's codes for: no URL, no name, no connection. The request never left.
const NOT_SENT = /^(ERR_INVALID_URL|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|UND_ERR_CONNECT_TIMEOUT)$/;

// With these the gateway says that it did not even begin.
const NOT_BEGUN = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'SERVICE_UNAVAILABLE',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
  'QUERY_NOT_IN_SAFELIST',
  'PERSISTED_QUERY_NOT_FOUND',
  'BAD_REQUEST',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'NOT_ACCEPTABLE',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'EXPECTATION_FAILED',
  'MISDIRECTED_REQUEST',
  'REQUEST_HEADER_FIELDS_TOO_LARGE',
];

async function main([orderId, ...recipients]) {
  if (orderId === '--domain' && recipients.length === 1) {
    return listOrders(recipients[0]);
  }
  if (orderId === undefined || !recipients.every((recipient) => recipient.includes('='))) {
    tell('usage: resend.mjs ORDER_ID [DOMAIN=EMAIL]... | --domain DOMAIN');
    return 2;
  }
  const domainApprovalEmails = recipients.map((recipient) => {
    const [domain, ...email] = recipient.split('=');
    return { domain, email: email.join('=') };
  });
  // Without recipients there is no input, and DigiCert mails those the order already has.
  const input = recipients.length > 0 ? { domainApprovalEmails } : undefined;
  let answer;
  try {
    answer = await post({ query: DOCUMENT, variables: { orderId, input } });
  } catch (error) {
    const code = error.cause?.code ?? error.name;
    if (NOT_SENT.test(code)) {
      tell(`The gateway could not be reached (${code}). Nothing was sent.`);
      return 12;
    }
    return reportLost(`The gateway sent no response (${code}).`);
  }
  try {
    const result = answer?.data?.resendDvEmails;
    return result ? showResult(result) : showRefusal(answer?.errors);
  } catch {
    return reportLost('This client does not understand the response.');
  }
}

/** Prints an order a line: id, status, name and when it was ordered. A read sends nothing. */
async function listOrders(domainName) {
  try {
    const variables = { filter: { domainName }, first: 100 };
    const { data, errors = [] } = await post({ query: LIST_DOCUMENT, variables });
    for (const { message, extensions } of errors) {
      tell(`${message} (${extensions?.code})`);
    }
    const page = data?.certificateOrders;
    if (!page && errors.length === 0) {
      tell('The orders could not be listed.');
    }
    for (const { node } of page?.edges ?? []) {
      const { id, status, commonName, orderedAt } = node;
      print([id, status, commonName, orderedAt].map((value) => value ?? '-').join('  '));
    }
    if (page?.pageInfo.hasNextPage) {
      tell('There are more: these are the newest 100.');
    }
    return page && errors.length === 0 ? 0 : 13;
  } catch {
    tell('The orders could not be listed.');
    return 13;
  }
}

/** Posts once: fetch repeats no POST, and is not to follow a redirect. */
async function post(body) {
  const response = await fetch(GATEWAY_URL, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-request-id': REQUEST_ID,
      ...(GATEWAY_TOKEN && { authorization: `Bearer ${GATEWAY_TOKEN}` }),
    },
    body: JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function showResult(result) {
  if (result.__typename === 'ResendDvEmailsSuccess') {
    print(`DigiCert accepted the request at ${result.acceptedAt}. Accepted is not delivered.`);
    for (const { domain, email } of result.domainApprovalEmails) {
      print(`  ${domain}: ${email}`);
    }
    if (result.domainApprovalEmails.length === 0) {
      print('  DigiCert chose the recipients.');
    }
    return 0;
  }

  // Every error has these, also one that was added after this script was written.
  tell(result.message);
  tell(`  Correlation id: ${result.correlationId}`);

  switch (result.__typename) {
    case 'ResendDvEmailsInvalidInputError':
      for (const { path, message } of result.issues) {
        tell(`  ${path.join('.')}: ${message}`);
      }
      showDigicertErrors(result);
      return 3;
    case 'ResendDvEmailsOrderNotFoundError':
      return 4;
    case 'ResendDvEmailsOrderNotEligibleError':
      tell(`  Reason: ${result.reason}`);
      showDigicertErrors(result);
      return 5;
    case 'ResendDvEmailsAccessDeniedError':
      showDigicertErrors(result);
      return 6;
    case 'ResendDvEmailsRateLimitedError':
      tell(`  Try again in ${result.retryAfterSeconds} s (scope ${result.scope}).`);
      showLastResend(result);
      return 7;
    case 'ResendDvEmailsUpstreamError':
      tell(`  Reason: ${result.reason}`);
      return result.emailsMayHaveBeenSent === false ? 8 : warn();
    default:
      return 10;
  }
}

function showDigicertErrors({ digicertErrors }) {
  for (const { code, message } of digicertErrors) {
    tell(`  DigiCert: ${[code, message].filter(Boolean).join(': ')}`);
  }
}

/** The attempt behind a cool-down; its correlation id is null for callers without the scope to read orders. */
function showLastResend({ lastResend }) {
  if (lastResend) {
    const { attemptedAt, outcome, correlationId } = lastResend;
    tell(`  Attempt of ${attemptedAt}: ${outcome}${correlationId ? ` (${correlationId})` : ''}`);
  }
}

/** Shows why there is no result. */
function showRefusal(errors) {
  if (!Array.isArray(errors)) {
    return reportLost('The response is not from the gateway.');
  }
  for (const { message, extensions } of errors) {
    tell(`${message} (${extensions?.code})`);
  }
  if (errors.length > 0 && errors.every(({ extensions }) => NOT_BEGUN.includes(extensions?.code))) {
    tell('Nothing was sent.');
    return 11;
  }
  return warn();
}

function reportLost(why) {
  tell(why);
  tell(`  Correlation id: ${REQUEST_ID}`);
  return warn();
}

function warn() {
  tell('EMAILS MAY HAVE BEEN SENT. Look for them before you try again.');
  return 9;
}

const print = (line) => console.log(toVisible(line));
const tell = (line) => console.error(toVisible(line));

/** Shows what a terminal would obey or hide as its code point, such as \u001b. */
function toVisible(line) {
  return String(line).replace(
    /(?! )[\p{C}\p{Z}]/gu,
    (character) => `\\u${character.codePointAt(0).toString(16).padStart(4, '0')}`,
  );
}

process.exitCode = await main(process.argv.slice(2));
