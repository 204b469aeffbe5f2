// What is shown of the result, and the exit code for it.

package main

import (
	"os"
	"strings"
)

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

func reportLost(why string) int {
	tell("%s", why)
	tell("  Correlation id: %s", requestID)
	return warn()
}

func warn() int {
	tell("EMAILS MAY HAVE BEEN SENT. Look for them before you try again.")
	return 9
}
