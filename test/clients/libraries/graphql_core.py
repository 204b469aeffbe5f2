"""Python's standard library, with a document that graphql-core, as Debian has it, holds against the schema."""
import json
import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from graphql import build_schema, parse, validate

RESEND = """
mutation PythonResend($orderId: ID!) {
  resendDvEmails(orderId: $orderId) {
    __typename
    ... on ResendDvEmailsSuccess { acceptedAt }
    ... on ResendDvEmailsInvalidInputError { message }
    ... on ResendDvEmailsOrderNotFoundError { message }
    ... on ResendDvEmailsOrderNotEligibleError { message }
    ... on ResendDvEmailsAccessDeniedError { message }
    ... on ResendDvEmailsRateLimitedError { message }
    ... on ResendDvEmailsUpstreamError { message }
    ... on ResendDvEmailsError { message }
  }
}
"""
ORDER = "query PythonOrder($id: ID!) { certificateOrder(id: $id) { status } }"


def post(url, query, variables):
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = Request(url, body, {"Content-Type": "application/json"})
    try:
        with urlopen(request) as response:
            return json.load(response)
    except HTTPError as error:  # Errors come as JSON too.
        return json.load(error)


def tell(result):
    match result["__typename"]:
        case "ResendDvEmailsSuccess" as name:
            return f"{name}: {result['acceptedAt']}"
        case (
            "ResendDvEmailsInvalidInputError"
            | "ResendDvEmailsOrderNotFoundError"
            | "ResendDvEmailsOrderNotEligibleError"
            | "ResendDvEmailsAccessDeniedError"
            | "ResendDvEmailsRateLimitedError"
            | "ResendDvEmailsUpstreamError"
        ) as name:
            return f"{name}: {result['message']}"
        case _:
            return f"later: {result['message']}"


def resend(url, order_id):
    try:
        answer = post(url, RESEND, {"orderId": order_id})
    except OSError:
        return "no response"
    result = (answer.get("data") or {}).get("resendDvEmails")
    return tell(result) if result else f"refused: {answer['errors'][0]['extensions']['code']}"


def read_status(url, order_id):
    return post(url, ORDER, {"id": order_id})["data"]["certificateOrder"]["status"]


def check(schema_file):
    """Prints what is wrong with the documents, as a test of the client's own would."""
    schema = build_schema(open(schema_file, encoding="utf-8").read())
    faults = [str(error) for document in (RESEND, ORDER) for error in validate(schema, parse(document))]
    print("\n".join(faults), end="")


if sys.argv[1:]:
    check(sys.argv[1])
else:
    calls = json.load(sys.stdin)
    said = [(read_status if call.get("query") else resend)(call["url"], call["orderId"]) for call in calls]
    print(json.dumps({"said": said, "features": []}))
