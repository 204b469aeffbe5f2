// Apollo Gateway's part, for its `buildService`: which headers it sends to the gateways, and what it passes on of a
// refusal. Its fetcher repeats nothing, and must not: a mutation that is sent again mails people again.
const { readFileSync } = require('node:fs');
const { RemoteGraphQLDataSource } = require('@apollo/gateway');

const { ROUTER_SECRET_FILE } = process.env;

// While the secret is being replaced the file holds two, the new one first.
const [routerSecret] = ROUTER_SECRET_FILE
  ? readFileSync(ROUTER_SECRET_FILE, 'utf8')
      .trim()
      .split(/[\s,]+/)
  : [];

class DvEmailsDataSource extends RemoteGraphQLDataSource {
  /** Needs Apollo Server's `context: async ({ req }) => ({ req })`. A client cannot bring an x-router-secret of its own. */
  willSendRequest({ request, context: { req } }) {
    // There is no request behind a health check.
    const {
      authorization,
      'x-request-id': requestId,
      'x-forwarded-for': before,
    } = req?.headers ?? {};
    const headers = {
      authorization,
      'x-request-id': requestId,
      // The gateways count by the last address that no trusted proxy has, so what the client wrote does not count.
      'x-forwarded-for': [before, req?.socket.remoteAddress].filter(Boolean).join(', '),
      'x-router-secret': routerSecret,
    };
    for (const [name, value] of Object.entries(headers)) {
      if (value) {
        request.http.headers.set(name, value);
      }
    }
  }

  /** The gateway's own error, with its code and correlation id, in place of one that says the status alone. */
  async errorFromResponse(response) {
    const error = await super.errorFromResponse(response);
    const [refusal] = error.extensions.response.body?.errors ?? [];
    const { message, extensions } = refusal ?? error;
    return Object.assign(error, { message, extensions });
  }
}

module.exports = { DvEmailsDataSource };
