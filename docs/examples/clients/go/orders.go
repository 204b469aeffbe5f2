// The list of orders with a name: a read, which sends nothing.

package main

import (
	"encoding/json"
	"os"
	"strings"
)

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

type orders struct {
	Edges []struct {
		Node struct{ ID, Status, CommonName, OrderedAt string }
	}
	PageInfo struct{ HasNextPage bool }
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
