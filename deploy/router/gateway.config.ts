// Hive Gateway's part: which headers it sends to the gateways, and which of them it calls.
// It sets no `upstreamRetry`, and must not: a mutation that is sent again mails people again.
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';

/** As schema/supergraph.yaml names it. */
const SUBGRAPH = 'dv-emails';

const { ROUTER_SECRET_FILE, DV_EMAILS_URLS = '' } = process.env;

// While the secret is being replaced the file holds two, the new one first. Without a file none is sent.
const [routerSecret = null] = ROUTER_SECRET_FILE
  ? readFileSync(ROUTER_SECRET_FILE, 'utf8')
      .trim()
      .split(/[\s,]+/)
  : [];

/** Every replica's address. Where there is a load balancer, its address alone. None: the supergraph's `routing_url` counts. */
const urls = DV_EMAILS_URLS.split(',')
  .map((url) => url.trim())
  .filter(Boolean);

let turn = 0;

interface ClientCall {
  readonly request: { readonly headers: { get(name: string): string | null } };
  readonly subgraphName: string;
  readonly context: { readonly req?: IncomingMessage };
}

type Fetch = (url: string, ...rest: readonly never[]) => Promise<Response>;

interface SubgraphFetch {
  readonly executionRequest?: { readonly subgraphName?: string };
  readonly fetchFn: Fetch;
  setFetchFn(fetchFn: Fetch): void;
}

/** Failed while looking up the name or connecting: no byte of the request was sent. */
function isUnconnected(error: unknown): boolean {
  const {
    syscall,
    cause,
    errors = [],
  } = Object(error) as {
    readonly syscall?: string;
    readonly cause?: unknown;
    readonly errors?: readonly unknown[];
  };
  return (
    syscall === 'connect' ||
    syscall === 'getaddrinfo' ||
    (cause !== undefined && isUnconnected(cause)) ||
    (errors.length > 0 && errors.every(isUnconnected))
  );
}

/** Asks the replica whose turn it is. One that cannot be connected to is skipped; every other failure is final. */
async function fetchInTurn(fetchFn: Fetch, rest: readonly never[]): Promise<Response> {
  const first = turn++;
  for (let skipped = 0; ; skipped += 1) {
    try {
      return await fetchFn(urls[(first + skipped) % urls.length] ?? '', ...rest);
    } catch (error) {
      if (skipped === urls.length - 1 || !isUnconnected(error)) {
        throw error;
      }
    }
  }
}

export const gatewayConfig = {
  propagateHeaders: {
    // Only what is named here is forwarded; a client cannot bring an x-router-secret of its own.
    fromClientToSubgraphs: ({ request, subgraphName, context }: ClientCall) =>
      subgraphName === SUBGRAPH
        ? {
            'x-router-secret': routerSecret,
            // Where the gateways require access tokens (AUTH_ISSUER).
            authorization: request.headers.get('authorization'),
            // Clients tell by it what became of a call whose response got lost.
            'x-request-id': request.headers.get('x-request-id'),
            // The gateways count by the last address that no trusted proxy has, so what the client wrote does not count.
            'x-forwarded-for': [
              request.headers.get('x-forwarded-for'),
              context.req?.socket.remoteAddress,
            ]
              .filter(Boolean)
              .join(', '),
          }
        : {},
  },
  plugins: () => [
    {
      // In turn, and not by a name with several addresses: resolvers tend to prefer one of them.
      onFetch: ({ executionRequest, fetchFn, setFetchFn }: SubgraphFetch) => {
        if (urls.length > 0 && executionRequest?.subgraphName === SUBGRAPH) {
          setFetchFn((_url, ...rest) => fetchInTurn(fetchFn, rest));
        }
      },
    },
  ],
};
