// Resends the approval emails of an order through the DV email gateway. Go 1.19 or later.
// usage: resend ORDER_ID [DOMAIN=EMAIL]...     The exit codes are in README.md.
// With --domain DOMAIN in their place it lists the orders with that name, and sends nothing.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"time"
	"unicode"
)

// Longer than the gateway's own DIGICERT_TIMEOUT_MS (10 s), so that it can still say what happened.
const timeout = 15 * time.Second

// Becomes the correlation id: where the response is lost, the order's lastResend is compared with it.
var requestID = newRequestID()

// As in schema/operations, so that a gateway which runs listed documents only takes it too.
const document = `
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
`

const listDocument = `
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
`

type digicertErrors []struct{ Code, Message string }

// A member of the union: the fields of all of them, of which each fills its own.
type result struct {
	Typename             string `json:"__typename"`
	AcceptedAt           string
	DomainApprovalEmails []recipient

	Message, CorrelationID string

	Issues []struct {
		Path    []string
		Message string
	}
	DigicertErrors        digicertErrors
	Reason, Scope         string
	RetryAfterSeconds     int
	EmailsMayHaveBeenSent *bool
	LastResend            *attempt
}

// The attempt behind a cool-down; its correlation id is null for callers without the scope to read orders.
type attempt struct{ AttemptedAt, Outcome, CorrelationID string }

type recipient struct {
	Domain string `json:"domain"`
	Email  string `json:"email"`
}

type orders struct {
	Edges []struct {
		Node struct{ ID, Status, CommonName, OrderedAt string }
	}
	PageInfo struct{ HasNextPage bool }
}

type answer struct {
	Data struct {
		ResendDvEmails    *result
		CertificateOrders *orders
	}
	Errors []struct {
		Message    string
		Extensions struct{ Code string }
	}
}

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(arguments []string) int {
	if len(arguments) == 2 && arguments[0] == "--domain" {
		return listOrders(arguments[1])
	}
	variables, ok := toVariables(arguments)
	if !ok {
		tell("usage: resend ORDER_ID [DOMAIN=EMAIL]... | --domain DOMAIN")
		return 2
	}
	response, connected, err := post(map[string]any{"query": document, "variables": variables})
	if err != nil && !connected {
		tell("The gateway could not be reached (%v). Nothing was sent.", err)
		return 12
	}
	if err != nil {
		return reportLost(fmt.Sprintf("The gateway sent no response (%v).", err))
	}
	defer response.Body.Close()
	var got answer
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		return reportLost("The response is not from the gateway.")
	}
	if got.Data.ResendDvEmails == nil {
		return showRefusal(got)
	}
	return showResult(*got.Data.ResendDvEmails)
}

func toVariables(arguments []string) (map[string]any, bool) {
	if len(arguments) == 0 {
		return nil, false
	}
	variables := map[string]any{"orderId": arguments[0]}
	recipients := []recipient{}
	for _, argument := range arguments[1:] {
		domain, email, ok := strings.Cut(argument, "=")
		if !ok {
			return nil, false
		}
		recipients = append(recipients, recipient{domain, email})
	}
	// Without recipients there is no input, and DigiCert mails those the order already has.
	if len(recipients) > 0 {
		variables["input"] = map[string]any{"domainApprovalEmails": recipients}
	}
	return variables, true
}

// Prints an order a line: id, status, name and when it was ordered. A read sends nothing.
func listOrders(domain string) int {
	variables := map[string]any{"filter": map[string]any{"domainName": domain}, "first": 100}
	var got answer
	response, _, err := post(map[string]any{"query": listDocument, "variables": variables})
	if err == nil {
		defer response.Body.Close()
		err = json.NewDecoder(response.Body).Decode(&got)
	}
	for _, one := range got.Errors {
		tell("%s (%s)", one.Message, one.Extensions.Code)
	}
	page := got.Data.CertificateOrders
	if err != nil || page == nil && len(got.Errors) == 0 {
		tell("The orders could not be listed.")
	}
	if err != nil || page == nil {
		return 13
	}
	for _, edge := range page.Edges {
		fields := []string{edge.Node.ID, edge.Node.Status, edge.Node.CommonName, edge.Node.OrderedAt}
		for index, field := range fields {
			if field == "" {
				fields[index] = "-"
			}
		}
		show(os.Stdout, "%s", strings.Join(fields, "  "))
	}
	if page.PageInfo.HasNextPage {
		tell("There are more: these are the newest 100.")
	}
	if len(got.Errors) > 0 {
		return 13
	}
	return 0
}

// Posts once: net/http repeats no POST that may have arrived, and is not to follow a redirect.
// What fails before there is a connection is certain to have had no effect.
func post(body any) (response *http.Response, connected bool, err error) {
	url := os.Getenv("GATEWAY_URL")
	if url == "" {
		url = "http://127.0.0.1:4000/graphql"
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return nil, false, err
	}
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected = true }}
	ctx := httptrace.WithClientTrace(context.Background(), trace)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(encoded))
	if err != nil {
		return nil, false, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Request-Id", requestID)
	if token := os.Getenv("GATEWAY_TOKEN"); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	client := http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err = client.Do(request)
	return response, connected, err
}

func showResult(got result) int {
	if got.Typename == "ResendDvEmailsSuccess" {
		show(os.Stdout, "DigiCert accepted the request at %s. Accepted is not delivered.", got.AcceptedAt)
		for _, entry := range got.DomainApprovalEmails {
			show(os.Stdout, "  %s: %s", entry.Domain, entry.Email)
		}
		if len(got.DomainApprovalEmails) == 0 {
			show(os.Stdout, "  DigiCert chose the recipients.")
		}
		return 0
	}

	// Every error has these, also one that was added after this program was written.
	tell("%s", got.Message)
	tell("  Correlation id: %s", got.CorrelationID)

	switch got.Typename {
	case "ResendDvEmailsInvalidInputError":
		for _, issue := range got.Issues {
			tell("  %s: %s", strings.Join(issue.Path, "."), issue.Message)
		}
		showDigicertErrors(got.DigicertErrors)
		return 3
	case "ResendDvEmailsOrderNotFoundError":
		return 4
	case "ResendDvEmailsOrderNotEligibleError":
		tell("  Reason: %s", got.Reason)
		showDigicertErrors(got.DigicertErrors)
		return 5
	case "ResendDvEmailsAccessDeniedError":
		showDigicertErrors(got.DigicertErrors)
		return 6
	case "ResendDvEmailsRateLimitedError":
		tell("  Try again in %d s (scope %s).", got.RetryAfterSeconds, got.Scope)
		showLastResend(got.LastResend)
		return 7
	case "ResendDvEmailsUpstreamError":
		tell("  Reason: %s", got.Reason)
		if sent := got.EmailsMayHaveBeenSent; sent != nil && !*sent {
			return 8
		}
		return warn()
	default:
		return 10
	}
}

func showDigicertErrors(all digicertErrors) {
	for _, one := range all {
		tell("  DigiCert: %s", strings.Trim(one.Code+": "+one.Message, ": "))
	}
}

func showLastResend(last *attempt) {
	if last == nil {
		return
	}
	whose := ""
	if last.CorrelationID != "" {
		whose = " (" + last.CorrelationID + ")"
	}
	tell("  Attempt of %s: %s%s", last.AttemptedAt, last.Outcome, whose)
}

// Shows why there is no result.
func showRefusal(got answer) int {
	if len(got.Errors) == 0 {
		return reportLost("The response is not from the gateway.")
	}
	for _, one := range got.Errors {
		tell("%s (%s)", one.Message, one.Extensions.Code)
	}
	for _, one := range got.Errors {
		switch one.Extensions.Code {
		// With these, and no other, the gateway says that it did not even begin.
		case "UNAUTHENTICATED", "FORBIDDEN", "SERVICE_UNAVAILABLE",
			"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT",
			"OPERATION_RESOLUTION_FAILURE", "QUERY_NOT_IN_SAFELIST", "PERSISTED_QUERY_NOT_FOUND",
			"BAD_REQUEST", "NOT_FOUND",
			"METHOD_NOT_ALLOWED", "NOT_ACCEPTABLE", "PAYLOAD_TOO_LARGE",
			"UNSUPPORTED_MEDIA_TYPE", "EXPECTATION_FAILED", "MISDIRECTED_REQUEST",
			"REQUEST_HEADER_FIELDS_TOO_LARGE":
		default:
			return warn()
		}
	}
	tell("Nothing was sent.")
	return 11
}

func newRequestID() string {
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		panic(err)
	}
	return fmt.Sprintf("%x", random)
}

func reportLost(why string) int {
	tell("%s", why)
	tell("  Correlation id: %s", requestID)
	return warn()
}

func warn() int {
	tell("EMAILS MAY HAVE BEEN SENT. Look for them before you try again.")
	return 9
}

func tell(format string, values ...any) {
	show(os.Stderr, format, values...)
}

// Prints a line; what a terminal would obey or hide shows as its code point, such as \u001b.
func show(file *os.File, format string, values ...any) {
	var line strings.Builder
	for _, character := range fmt.Sprintf(format, values...) {
		if unicode.IsPrint(character) {
			line.WriteRune(character)
		} else {
			fmt.Fprintf(&line, `\u%04x`, character)
		}
	}
	fmt.Fprintln(file, line.String())
}
