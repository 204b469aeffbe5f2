// The one call to the gateway, and what comes back.

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
	"time"
)

// Longer than the gateway's own DIGICERT_TIMEOUT_MS (10 s), so that it can still say what happened.
const timeout = 15 * time.Second

// Becomes the correlation id: where the response is lost, the order's lastResend is compared with it.
var requestID = newRequestID()

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

func newRequestID() string {
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		panic(err)
	}
	return fmt.Sprintf("%x", random)
}
