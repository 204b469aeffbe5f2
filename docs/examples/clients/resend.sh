#!/bin/sh
# Resends the approval emails of an order through the DV email gateway. Needs curl and jq.
# usage: resend.sh ORDER_ID [DOMAIN=EMAIL]...     The exit codes are in README.md.
#        resend.sh --domain DOMAIN                lists the orders with that name, and sends nothing.
set -u

GATEWAY_URL=${GATEWAY_URL:-http://127.0.0.1:4000/graphql}
# Longer than the gateway's own DIGICERT_TIMEOUT_MS (10 s), so that it can still say what happened.
TIMEOUT_SECONDS=15
# Becomes the correlation id: where the response is lost, the order's lastResend is compared with it.
request_id=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')

# As in schema/operations, so that a gateway which runs listed documents only takes it too.
DOCUMENT='
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
'

LIST_DOCUMENT='
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
'

usage() {
  echo 'usage: resend.sh ORDER_ID [DOMAIN=EMAIL]... | --domain DOMAIN' >&2
  exit 2
}

report_lost() {
  echo "$1" >&2
  echo "  Correlation id: $request_id" >&2
  warn
}

warn() {
  echo 'EMAILS MAY HAVE BEEN SENT. Look for them before you try again.' >&2
  exit 9
}

# The token goes through standard input: arguments can be read by every user of the machine.
# --retry 0 and --no-location, even if ~/.curlrc says otherwise: a second call may be a second round of emails.
post() {
  if [ -n "${GATEWAY_TOKEN:-}" ]; then printf 'header = "Authorization: Bearer %s"\n' "$GATEWAY_TOKEN"; fi |
    curl --config - --globoff --silent --show-error --retry 0 --no-location --max-time "$TIMEOUT_SECONDS" \
      --header 'Content-Type: application/json' --header "X-Request-Id: $request_id" --data-raw "$1" --url "$GATEWAY_URL"
}

# What a terminal would obey or hide shows as its code point, such as \u001b.
VISIBLE='
def hex: if . < 16 then "0123456789abcdef"[.:. + 1] else (. / 16 | floor | hex) + (. % 16 | hex) end;
def visible: tostring
  | gsub("(?<character>(?! )[\\p{C}\\p{Z}])"; "\\u" + (.character | explode[0] | hex | "000"[length - 1:] + .));
'

# Prints an order a line: id, status, name and when it was ordered. A read sends nothing.
list_orders() {
  body=$(jq --null-input --arg query "$LIST_DOCUMENT" --arg domainName "$1" \
    '{$query, variables: {filter: {$domainName}, first: 100}}') || exit 1
  answer=$(post "$body") && [ -n "$answer" ] || answer='{}'
  printf '%s' "$answer" | jq --raw-output "$VISIBLE"'
    .errors // [] | .[] | "\(.message) (\(.extensions.code))" | visible' >&2 2> /dev/null
  if ! printf '%s' "$answer" | jq --exit-status '.data.certificateOrders.edges or .errors' > /dev/null 2>&1; then
    echo 'The orders could not be listed.' >&2
    exit 13
  fi
  printf '%s' "$answer" | jq --raw-output "$VISIBLE"'
    .data.certificateOrders.edges // [] | .[].node
    | [.id, .status, .commonName, .orderedAt] | map(. // "-") | join("  ") | visible'
  if printf '%s' "$answer" | jq --exit-status .data.certificateOrders.pageInfo.hasNextPage > /dev/null; then
    echo 'There are more: these are the newest 100.' >&2
  fi
  if printf '%s' "$answer" | jq --exit-status .errors > /dev/null; then exit 13; fi
  exit 0
}

case ${GATEWAY_TOKEN:-} in
  *[!A-Za-z0-9._~+/=-]*)
    echo 'GATEWAY_TOKEN is no access token. Nothing was sent.' >&2
    exit 2
    ;;
esac
[ $# -ge 1 ] || usage
if [ "$1" = --domain ] && [ $# -eq 2 ]; then list_orders "$2"; fi
order_id=$1
shift
for recipient; do
  case $recipient in *=*) ;; *) usage ;; esac
done

# Without recipients there is no input, and DigiCert mails those the order already has.
body=$(jq --null-input --arg query "$DOCUMENT" --arg orderId "$order_id" '
  [$ARGS.positional[] | split("=") | {domain: .[0], email: (.[1:] | join("="))}] as $recipients
  | {$query, variables: {$orderId}}
  | if $recipients == [] then . else .variables.input.domainApprovalEmails = $recipients end
' --args -- "$@") || exit 1

answer=$(post "$body")
case $? in
  0) ;;
  # No URL, no name, no connection, no TLS: the request never left.
  [1-7] | 35 | 60)
    echo 'The gateway could not be reached. Nothing was sent.' >&2
    exit 12
    ;;
  *)
    report_lost 'The gateway sent no response.'
    ;;
esac

# Prints what a jq filter makes of the result.
show() {
  printf '%s' "$answer" | jq --raw-output "$VISIBLE .data.resendDvEmails | $1 | visible" 2> /dev/null || {
    report_lost 'This client does not understand the response.'
  }
}

show_digicert_errors() { show '.digicertErrors[] | "  DigiCert: " + ([.code, .message] | map(values) | join(": "))' >&2; }

typename=$(show '.__typename // empty' 2> /dev/null)

if [ -z "$typename" ]; then
  printf '%s' "$answer" | jq --raw-output "$VISIBLE"'.errors[] | "\(.message) (\(.extensions.code))" | visible' >&2 2> /dev/null ||
    report_lost 'The response is not from the gateway.'
  # With these, and no other, the gateway says that it did not even begin.
  begun=$(printf '%s' "$answer" | jq '[.errors[].extensions.code] | . == [] or any(
    IN("UNAUTHENTICATED", "FORBIDDEN", "SERVICE_UNAVAILABLE",
       "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT",
       "OPERATION_RESOLUTION_FAILURE", "QUERY_NOT_IN_SAFELIST", "PERSISTED_QUERY_NOT_FOUND",
       "BAD_REQUEST", "NOT_FOUND",
       "METHOD_NOT_ALLOWED", "NOT_ACCEPTABLE", "PAYLOAD_TOO_LARGE",
       "UNSUPPORTED_MEDIA_TYPE", "EXPECTATION_FAILED", "MISDIRECTED_REQUEST",
       "REQUEST_HEADER_FIELDS_TOO_LARGE") | not)
  ' 2> /dev/null)
  if [ "$begun" = false ]; then
    echo 'Nothing was sent.' >&2
    exit 11
  fi
  warn
fi

if [ "$typename" = ResendDvEmailsSuccess ]; then
  show '"DigiCert accepted the request at \(.acceptedAt). Accepted is not delivered."'
  show 'if .domainApprovalEmails == [] then "  DigiCert chose the recipients."
    else .domainApprovalEmails[] | "  \(.domain): \(.email)" end'
  exit 0
fi

# Every error has these, also one that was added after this script was written.
show '.message, "  Correlation id: \(.correlationId)"' >&2

case $typename in
  ResendDvEmailsInvalidInputError)
    show '.issues[] | "  \(.path | join(".")): \(.message)"' >&2
    show_digicert_errors
    exit 3
    ;;
  ResendDvEmailsOrderNotFoundError)
    exit 4
    ;;
  ResendDvEmailsOrderNotEligibleError)
    show '"  Reason: \(.reason)"' >&2
    show_digicert_errors
    exit 5
    ;;
  ResendDvEmailsAccessDeniedError)
    show_digicert_errors
    exit 6
    ;;
  ResendDvEmailsRateLimitedError)
    show '"  Try again in \(.retryAfterSeconds) s (scope \(.scope))."' >&2
    # Its correlation id is null for callers without the scope to read orders.
    show '.lastResend | values
      | "  Attempt of \(.attemptedAt): \(.outcome)" + (.correlationId | if . then " (\(.))" else "" end)' >&2
    exit 7
    ;;
  ResendDvEmailsUpstreamError)
    show '"  Reason: \(.reason)"' >&2
    if [ "$(show .emailsMayHaveBeenSent)" != false ]; then warn; fi
    exit 8
    ;;
  *)
    exit 10
    ;;
esac
