// github.com/machinebox/graphql, as Debian has it: the fields of all members in one struct, of which each fills its own.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/machinebox/graphql"
)

const resendDocument = `
mutation GoResend($orderId: ID!) {
  resendDvEmails(orderId: $orderId) {
    __typename
    ... on ResendDvEmailsSuccess { acceptedAt }
    ... on ResendDvEmailsError { message }
  }
}`

const orderDocument = `query GoOrder($id: ID!) { certificateOrder(id: $id) { status } }`

type result struct {
	Typename            string `json:"__typename"`
	AcceptedAt, Message string
}

func tell(r result) string {
	switch r.Typename {
	case "ResendDvEmailsSuccess":
		return r.Typename + ": " + r.AcceptedAt
	case "ResendDvEmailsInvalidInputError", "ResendDvEmailsOrderNotFoundError", "ResendDvEmailsOrderNotEligibleError",
		"ResendDvEmailsAccessDeniedError", "ResendDvEmailsRateLimitedError", "ResendDvEmailsUpstreamError":
		return r.Typename + ": " + r.Message
	default:
		return "later: " + r.Message
	}
}

func resend(url, orderID string) string {
	request := graphql.NewRequest(resendDocument)
	request.Var("orderId", orderID)
	var data struct{ ResendDvEmails *result }
	if err := graphql.NewClient(url).Run(context.Background(), request, &data); err != nil {
		// Of the errors in a response the library gives the first message, and no code.
		if message := strings.TrimPrefix(err.Error(), "graphql: "); message != err.Error() {
			return "refused: " + message
		}
		return "no response"
	}
	if data.ResendDvEmails == nil {
		return "no response"
	}
	return tell(*data.ResendDvEmails)
}

func readStatus(url, id string) string {
	request := graphql.NewRequest(orderDocument)
	request.Var("id", id)
	var data struct{ CertificateOrder struct{ Status string } }
	if err := graphql.NewClient(url).Run(context.Background(), request, &data); err != nil {
		return err.Error()
	}
	return data.CertificateOrder.Status
}

func main() {
	var calls []struct {
		Query        bool
		URL, OrderID string
	}
	if err := json.NewDecoder(os.Stdin).Decode(&calls); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	said := []string{}
	for _, call := range calls {
		if call.Query {
			said = append(said, readStatus(call.URL, call.OrderID))
		} else {
			said = append(said, resend(call.URL, call.OrderID))
		}
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{"said": said, "features": []string{}})
}
