#!/usr/bin/env python3
"""Resends the approval emails of an order through the DV email gateway. Python 3.10 or later.

usage: resend.py ORDER_ID [DOMAIN=EMAIL]...     The exit codes are in README.md.
       resend.py --domain DOMAIN                lists the orders with that name, and sends nothing.
"""

import json
import os
import sys
import uuid
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

GATEWAY_URL = os.environ.get("GATEWAY_URL") or "http://127.0.0.1:4000/graphql"
GATEWAY_TOKEN = os.environ.get("GATEWAY_TOKEN")
# Longer than the gateway's own DIGICERT_TIMEOUT_MS (10 s), so that it can still say what happened.
TIMEOUT_SECONDS = 15
# Becomes the correlation id: where the response is lost, the order's lastResend is compared with it.
REQUEST_ID = str(uuid.uuid4())

# As in schema/operations, so that a gateway which runs listed documents only takes it too.
DOCUMENT = """
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
"""

LIST_DOCUMENT = """
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
"""

# With these the gateway says that it did not even begin.
NOT_BEGUN = {
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "SERVICE_UNAVAILABLE",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "BAD_USER_INPUT",
    "OPERATION_RESOLUTION_FAILURE",
    "QUERY_NOT_IN_SAFELIST",
    "PERSISTED_QUERY_NOT_FOUND",
    "BAD_REQUEST",
    "NOT_FOUND",
    "METHOD_NOT_ALLOWED",
    "NOT_ACCEPTABLE",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "EXPECTATION_FAILED",
    "MISDIRECTED_REQUEST",
    "REQUEST_HEADER_FIELDS_TOO_LARGE",
}


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "--domain":
        return list_orders(arguments[1])
    if not arguments or not all("=" in recipient for recipient in arguments[1:]):
        tell("usage: resend.py ORDER_ID [DOMAIN=EMAIL]... | --domain DOMAIN")
        return 2
    order_id, *recipients = arguments
    variables = {"orderId": order_id}
    # Without recipients there is no input, and DigiCert mails those the order already has.
    if recipients:
        pairs = (recipient.split("=", 1) for recipient in recipients)
        variables["input"] = {
            "domainApprovalEmails": [{"domain": domain, "email": email} for domain, email in pairs]
        }
    try:
        connection = connect()
    except (OSError, HTTPException, ValueError) as error:
        tell(f"The gateway could not be reached ({error}). Nothing was sent.")
        return 12
    try:
        answer = post(connection, {"query": DOCUMENT, "variables": variables})
    except (OSError, HTTPException) as error:
        return report_lost(f"The gateway sent no response ({error}).")
    except (ValueError, RecursionError):
        return report_lost("The response is not from the gateway.")
    finally:
        connection.close()
    try:
        result = (answer.get("data") or {}).get("resendDvEmails")
        return show_result(result) if result else show_refusal(answer.get("errors") or [])
    except (AttributeError, KeyError, TypeError):
        return report_lost("This client does not understand the response.")


def list_orders(domain):
    """Prints an order a line: id, status, name and when it was ordered. A read sends nothing."""
    variables = {"filter": {"domainName": domain}, "first": 100}
    try:
        connection = connect()
        answer = post(connection, {"query": LIST_DOCUMENT, "variables": variables})
        connection.close()
        for error in answer.get("errors") or []:
            tell(f"{error['message']} ({error.get('extensions', {}).get('code')})")
        page = (answer.get("data") or {}).get("certificateOrders")
        if not page:
            if not answer.get("errors"):
                tell("The orders could not be listed.")
            return 13
        for edge in page["edges"]:
            order = edge["node"]
            show("  ".join(order[field] or "-" for field in ("id", "status", "commonName", "orderedAt")))
        if page["pageInfo"]["hasNextPage"]:
            tell("There are more: these are the newest 100.")
        return 13 if answer.get("errors") else 0
    except (OSError, HTTPException, ValueError, RecursionError, AttributeError, KeyError, TypeError):
        tell("The orders could not be listed.")
        return 13


def connect():
    """Connects, and sends nothing yet: what fails here is certain to have had no effect."""
    url = urlsplit(GATEWAY_URL)
    connection_class = HTTPSConnection if url.scheme == "https" else HTTPConnection
    connection = connection_class(url.netloc, timeout=TIMEOUT_SECONDS)
    connection.connect()
    return connection


def post(connection, request):
    """Posts once. http.client follows no redirect and repeats nothing."""
    headers = {"Content-Type": "application/json", "X-Request-Id": REQUEST_ID}
    if GATEWAY_TOKEN:
        headers["Authorization"] = f"Bearer {GATEWAY_TOKEN}"
    connection.request("POST", urlsplit(GATEWAY_URL).path, json.dumps(request), headers)
    answer = json.load(connection.getresponse())
    if not isinstance(answer, dict):
        raise ValueError("no GraphQL answer")
    return answer


def show_result(result):
    if result["__typename"] == "ResendDvEmailsSuccess":
        show(f"DigiCert accepted the request at {result['acceptedAt']}. Accepted is not delivered.")
        for entry in result["domainApprovalEmails"]:
            show(f"  {entry['domain']}: {entry['email']}")
        if not result["domainApprovalEmails"]:
            show("  DigiCert chose the recipients.")
        return 0

    # Every error has these, also one that was added after this script was written.
    tell(result["message"])
    tell(f"  Correlation id: {result['correlationId']}")

    match result["__typename"]:
        case "ResendDvEmailsInvalidInputError":
            for issue in result["issues"]:
                tell(f"  {'.'.join(issue['path'])}: {issue['message']}")
            show_digicert_errors(result)
            return 3
        case "ResendDvEmailsOrderNotFoundError":
            return 4
        case "ResendDvEmailsOrderNotEligibleError":
            tell(f"  Reason: {result['reason']}")
            show_digicert_errors(result)
            return 5
        case "ResendDvEmailsAccessDeniedError":
            show_digicert_errors(result)
            return 6
        case "ResendDvEmailsRateLimitedError":
            tell(f"  Try again in {result['retryAfterSeconds']} s (scope {result['scope']}).")
            show_last_resend(result.get("lastResend"))
            return 7
        case "ResendDvEmailsUpstreamError":
            tell(f"  Reason: {result['reason']}")
            return 8 if result["emailsMayHaveBeenSent"] is False else warn()
        case _:
            return 10


def show_digicert_errors(result):
    for error in result["digicertErrors"]:
        tell("  DigiCert: " + ": ".join(filter(None, (error["code"], error["message"]))))


def show_last_resend(attempt):
    """The attempt behind a cool-down; its correlation id is null for callers without the scope to read orders."""
    if attempt:
        whose = f" ({attempt['correlationId']})" if attempt["correlationId"] else ""
        tell(f"  Attempt of {attempt['attemptedAt']}: {attempt['outcome']}{whose}")


def show_refusal(errors):
    """Shows why there is no result."""
    codes = [error.get("extensions", {}).get("code") for error in errors]
    for error, code in zip(errors, codes):
        tell(f"{error['message']} ({code})")
    if codes and all(code in NOT_BEGUN for code in codes):
        tell("Nothing was sent.")
        return 11
    return warn()


def report_lost(why):
    tell(why)
    tell(f"  Correlation id: {REQUEST_ID}")
    return warn()


def warn():
    tell("EMAILS MAY HAVE BEEN SENT. Look for them before you try again.")
    return 9


def tell(line):
    show(line, sys.stderr)


def show(line, file=None):
    """Prints a line; what a terminal would obey or hide shows as its code point, such as \\u001b."""
    print("".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in str(line)), file=file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
