// The faults of the matrix, as a table: what DigiCert or the network does, and what a caller gets.
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Clock } from '../../src/lib/clock';
import {
  halfResponse,
  hang,
  html,
  json,
  type Responder,
  raw,
  resetAfterBody,
  resetBeforeBody,
  slowBody,
} from '../../src/simulator/responders';
import { startSimulator } from '../../src/simulator/simulator';

export interface Fault {
  readonly name: string;
  /** Starts a DigiCert with the fault. */
  readonly start: (clock: Clock) => Promise<FaultyUpstream>;
  /** Whether a call ends only when time has passed. */
  readonly takesTime?: true;
  /** The member without our prefix, its reason or scope, and whether emails may have been sent. */
  readonly told: string;
  /** Requests to resend that may reach DigiCert for one call; more than one only where none sends anything. */
  readonly requests: number;
  /** Whether it counts as a failure of DigiCert's, so that many of it open the breaker. */
  readonly opensBreaker: boolean;
}

export interface FaultyUpstream {
  readonly baseUrl: string;
  /** Of the proxy before it, if there is one. */
  readonly proxyUrl?: string;
  /** Resends that arrived; where the proxy is at fault, its CONNECTs. */
  readonly requests: () => number;
  close(): void | Promise<void>;
}

/** Begins a head and lets it come a byte a second. */
const slowHeaders: Responder = async ({ request, receive, send, later }) => {
  await receive();
  send();
  const head = 'HTTP/1.1 204 No Content\r\nX-Slow: yes\r\n\r\n';
  const sendByte = (index: number) => {
    request.socket.write(head.charAt(index));
    if (index + 1 < head.length) {
      later(1_000, () => sendByte(index + 1));
    }
  };
  sendByte(0);
};

/** Orders with the fault. One alone would be taken to be the one to blame. */
export const FAULTY_ORDERS = Array.from({ length: 100 }, (_, index) => String(5500 + index));

/** Orders that fail in another way, where there is HTTP at all. */
export const FAILING_ORDERS = ['1503', '1504', '1505'];

/** A simulator that answers the resends of those orders in a way of its own. */
function respondingWith(responder: Responder): Fault['start'] {
  return async (clock) => {
    const simulator = await startSimulator({
      clock,
      quota: [],
      account: {
        ...Object.fromEntries(
          FAULTY_ORDERS.map((orderId) => [orderId, { summary: 'the fault', resend: responder }]),
        ),
        ...Object.fromEntries(
          FAILING_ORDERS.map((orderId) => [
            orderId,
            { summary: 'down', resend: html(503, 'Down') },
          ]),
        ),
      },
    });
    return {
      baseUrl: simulator.baseUrl,
      requests: () => simulator.requests.filter(({ method }) => method === 'PUT').length,
      close: () => simulator.close(),
    };
  };
}

const REFUSAL = { errors: [{ code: 'simulator|refused', message: 'Refused.' }] };
const tooMany = (headers: Record<string, string> = {}) =>
  json(429, { errors: [{ code: 'request_limit_exceeded' }] }, headers);

/** A TCP server that runs a handler for each connection. */
async function startTcp(
  scheme: string,
  onConnection: (socket: Socket) => void,
): Promise<FaultyUpstream> {
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      requests += chunk.toString('latin1').startsWith('PUT ') ? 1 : 0;
    });
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    baseUrl: `${scheme}://127.0.0.1:${port}/services/v2`,
    requests: () => requests,
    close: () => {
      server.close();
      for (const socket of sockets) {
        socket.destroy();
      }
    },
  };
}

async function startNobody(): Promise<FaultyUpstream> {
  const upstream = await startTcp('http', () => {});
  upstream.close();
  return upstream;
}

export const UNREACHABLE = 'UpstreamError UNREACHABLE, not sent';
export const UNKNOWN = 'UpstreamError OUTCOME_UNKNOWN, may have been sent';
const UNAVAILABLE = 'UpstreamError UNAVAILABLE, may have been sent';
const UNEXPECTED = 'UpstreamError UNEXPECTED_RESPONSE, may have been sent';
const UNEXPECTED_NOT_SENT = 'UpstreamError UNEXPECTED_RESPONSE, not sent';

export const DIGICERT_FAULTS: readonly Fault[] = [
  {
    name: 'connection refused',
    start: startNobody,
    told: UNREACHABLE,
    requests: 0,
    opensBreaker: true,
  },
  {
    name: 'DNS failure',
    start: async () => ({
      baseUrl: 'https://digicert.invalid/services/v2',
      requests: () => 0,
      close: () => {},
    }),
    told: UNREACHABLE,
    requests: 0,
    opensBreaker: true,
  },
  {
    name: 'TLS failure',
    // Speaks plain HTTP where a handshake is due.
    start: () =>
      startTcp('https', (socket) => {
        socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
      }),
    told: UNREACHABLE,
    requests: 0,
    opensBreaker: true,
  },
  {
    name: 'reset before the request',
    // In the middle of the handshake, so that no request can have left.
    start: () =>
      startTcp('https', (socket) => {
        socket.once('data', () => socket.resetAndDestroy());
      }),
    told: UNREACHABLE,
    requests: 0,
    opensBreaker: true,
  },
  {
    name: 'reset after the headers',
    start: respondingWith(resetBeforeBody),
    told: UNKNOWN,
    requests: 1,
    opensBreaker: true,
  },
  {
    name: 'reset after the body',
    start: respondingWith(resetAfterBody),
    told: UNKNOWN,
    requests: 1,
    opensBreaker: true,
  },
  {
    name: 'half a response',
    start: respondingWith(halfResponse(500, JSON.stringify(REFUSAL))),
    told: UNAVAILABLE,
    requests: 1,
    opensBreaker: true,
  },
  {
    name: 'slow headers',
    start: respondingWith(slowHeaders),
    takesTime: true,
    told: UNKNOWN,
    requests: 1,
    opensBreaker: true,
  },
  {
    name: 'slow body',
    start: respondingWith(slowBody(400, JSON.stringify(REFUSAL))),
    takesTime: true,
    told: UNEXPECTED_NOT_SENT,
    requests: 1,
    opensBreaker: false,
  },
  {
    name: 'no response',
    start: respondingWith(hang),
    takesTime: true,
    told: UNKNOWN,
    requests: 1,
    opensBreaker: true,
  },
  {
    name: '429',
    start: respondingWith(tooMany()),
    told: 'RateLimitedError DIGICERT',
    requests: 1,
    opensBreaker: false,
  },
  {
    name: '429, Retry-After: 1',
    start: respondingWith(tooMany({ 'Retry-After': '1' })),
    takesTime: true,
    // Waited out once; then there is no time for a third attempt.
    told: 'RateLimitedError DIGICERT',
    requests: 2,
    opensBreaker: false,
  },
  {
    name: '500',
    start: respondingWith(json(500, REFUSAL)),
    told: UNAVAILABLE,
    requests: 1,
    opensBreaker: true,
  },
  {
    name: '502 with HTML',
    start: respondingWith(html(502, 'Bad Gateway')),
    told: UNAVAILABLE,
    requests: 1,
    opensBreaker: true,
  },
  {
    name: '503',
    start: respondingWith(json(503, {})),
    told: UNAVAILABLE,
    requests: 1,
    opensBreaker: true,
  },
  {
    name: 'redirect',
    start: respondingWith(html(302, 'Moved', { Location: 'https://elsewhere.example/' })),
    told: UNEXPECTED,
    requests: 1,
    opensBreaker: false,
  },
  {
    name: 'wrong content type',
    start: respondingWith(raw(200, 'accepted', { 'Content-Type': 'text/plain' })),
    told: UNEXPECTED,
    requests: 1,
    opensBreaker: false,
  },
  {
    name: 'bad gzip',
    start: respondingWith(
      raw(400, 'this is not gzip', {
        'Content-Type': 'application/json',
        'Content-Encoding': 'gzip',
      }),
    ),
    told: UNEXPECTED_NOT_SENT,
    requests: 1,
    opensBreaker: false,
  },
  {
    name: '10 MB of body',
    start: respondingWith(
      raw(400, Buffer.alloc(10_000_000, 'x'), { 'Content-Type': 'application/json' }),
    ),
    told: UNEXPECTED_NOT_SENT,
    requests: 1,
    opensBreaker: false,
  },
];
