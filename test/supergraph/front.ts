// What stands between a router and the gateways: forwards each request, or does what a load balancer and a network may do.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { request } from 'undici';
import { closeLater } from '../support/close-later';

/** `reset`: after the gateway's response, in place of it. A number: a page with that status, in place of the gateway. */
export type FrontMode = 'forward' | 'reset' | 403 | 503;

interface FrontRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly query?: string; readonly extensions?: object };
}

export interface Front {
  readonly url: string;
  /** What the router has sent since the last call. */
  takeRequests(): readonly FrontRequest[];
  /** Where requests go from now on. */
  target: string;
  /** Added to each request. */
  headers: Readonly<Record<string, string>>;
  mode: FrontMode;
  /** From now on connections are refused. */
  close(): Promise<unknown>;
}

async function forward({ target, headers }: Front, incoming: IncomingMessage, body: string) {
  const { host, connection, 'content-length': length, ...own } = incoming.headers;
  const response = await request(target, {
    method: 'POST',
    headers: { ...own, ...headers },
    body,
  });
  return {
    status: response.statusCode,
    type: String(response.headers['content-type']),
    body: await response.body.text(),
  };
}

export async function startFront(): Promise<Front> {
  const requests: FrontRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const body = await text(incoming);
    requests.push({ headers: incoming.headers, body: JSON.parse(body) });
    const { mode } = front;
    const response =
      typeof mode === 'number'
        ? { status: mode, type: 'text/html', body: '<h1>Not now</h1>' }
        : await forward(front, incoming, body);
    if (mode === 'reset') {
      incoming.socket.resetAndDestroy();
    } else {
      outgoing.writeHead(response.status, { 'content-type': response.type }).end(response.body);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const front: Front = {
    url: `http://127.0.0.1:${port}/graphql`,
    takeRequests: () => requests.splice(0),
    target: '',
    headers: {},
    mode: 'forward',
    close: async () => {
      if (server.listening) {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      }
    },
  };
  closeLater(front.close);
  return front;
}
