// Resends the approval emails of an order through the DV email gateway. Go 1.19 or later.
// usage: resend ORDER_ID [DOMAIN=EMAIL]...     The exit codes are in README.md.
// With --domain DOMAIN in their place it lists the orders with that name, and sends nothing.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

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

type recipient struct {
	Domain string `json:"domain"`
	Email  string `json:"email"`
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
