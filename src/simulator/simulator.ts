// A real HTTP server that behaves like DigiCert, with an outbox instead of emails.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { DIGICERT_QUOTA, type RollingWindow } from '../domain/rolling-window';
import { type Clock, systemClock } from '../lib/clock';
import { parseJson } from '../lib/parse-json';
import { generateOrders } from './generated-orders';
import { createIdentityProvider, JWKS_PATH, TOKEN_PATH } from './identity-provider';
import { respondWithList } from './order-list';
import {
  INVALID_KEY,
  type Json,
  ORDER_NOT_FOUND,
  QUOTA_EXCEEDED,
  ROUTE_NOT_FOUND,
  SIMULATED_ACCOUNT,
  type SimulatedAccount,
  type SimulatedOrder,
} from './orders';
import { errorBody, json, type Responder } from './responders';
import { RollingWindows } from './rolling-windows';
import { simulateLookUp } from './simulated-dns';

/** Requests and outbox entries kept, the newest; a bound for a simulator that runs for weeks. */
const MAX_KEPT = 10_000;

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** As it came, byte for byte; empty when the connection was cut before it was read. */
  readonly body: string;
}

/** An accepted resend. A real DigiCert would have sent emails. */
export interface OutboxEntry {
  readonly orderId: string;
  readonly body: unknown;
  readonly acceptedAt: string;
}

export interface SimulatorOptions {
  /** Default 0, a free one. */
  readonly port?: number;
  /** Default {@link SIMULATED_ACCOUNT} and some generated orders. */
  readonly account?: SimulatedAccount;
  /** How the list of orders is answered. Default: from the account. */
  readonly list?: Responder;
  /** Default {@link DIGICERT_QUOTA}. */
  readonly quota?: readonly RollingWindow[];
  /** API keys that are accepted; default: any. */
  readonly apiKeys?: readonly string[];
  readonly clock?: Clock;
  /** Called when a request has been read to its end, before it is answered. */
  readonly onRequest?: (request: ReceivedRequest) => void;
}

export type Simulator = Awaited<ReturnType<typeof startSimulator>>;

/** Orders to look for, beside those that are chosen by number. */
const GENERATED_ORDERS = 300;

export const DEFAULT_ACCOUNT: SimulatedAccount = {
  ...generateOrders(GENERATED_ORDERS),
  ...SIMULATED_ACCOUNT,
};

const BASE_PATH = '/services/v2';
const LIST_PATH = `${BASE_PATH}/order/certificate`;
const OUTBOX_PATH = '/outbox';
const ORDER_PATH =
  /^\/services\/v2\/order\/certificate\/([^/?]+)(?:\/(resend-emails|validation))?$/;

export async function startSimulator(options: SimulatorOptions = {}) {
  const { port = 0, clock = systemClock } = options;
  const windows = new RollingWindows(options.quota ?? DIGICERT_QUOTA);
  const requests: ReceivedRequest[] = [];
  const outbox: OutboxEntry[] = [];
  const timers = new Set<() => void>();
  const identify = createIdentityProvider(clock);
  let origin = '';

  function later(delayMs: number, callback: () => void): void {
    const cancel = clock.after(delayMs, () => {
      timers.delete(cancel);
      callback();
    });
    timers.add(cancel);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    if (path === OUTBOX_PATH) {
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(outbox, null, 2));
      return;
    }
    if (path === JWKS_PATH || path.split('?', 1)[0] === TOKEN_PATH) {
      const type = path === JWKS_PATH ? 'application/json' : 'text/plain';
      response.setHeader('Content-Type', type).end(await identify(new URL(path, origin)));
      return;
    }
    const received = { method: request.method ?? '', path, headers: request.headers, body: '' };
    keep(requests, received);
    const { orderId, responder } = chooseResponder(request, options, windows, clock);
    await responder({
      request,
      response,
      later,
      receive: async () => {
        received.body += await readText(request);
        options.onRequest?.(received);
      },
      send: () => {
        const body = parseJson(received.body);
        if (body !== undefined) {
          keep(outbox, { orderId, body, acceptedAt: new Date(clock.now()).toISOString() });
        }
        return body !== undefined;
      },
    });
  }

  const server = createServer((request, response) => {
    // Only a connection that broke on the way gets here.
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: actualPort } = server.address() as AddressInfo;
  origin = `http://127.0.0.1:${actualPort}`;
  return {
    /** To be used as `DIGICERT_BASE_URL`. */
    baseUrl: origin + BASE_PATH,
    /** Where the outbox can be read as JSON. */
    outboxUrl: origin + OUTBOX_PATH,
    /** The simulated identity provider: to be used as `AUTH_ISSUER`. */
    issuer: origin,
    /** To be used as `AUTH_JWKS_URL`. */
    jwksUrl: origin + JWKS_PATH,
    /** Where any caller gets an access token; `?scope=` and `?sub=` say which. */
    tokenUrl: origin + TOKEN_PATH,
    /** In place of DNS: says the same with a network and without one. */
    lookUp: simulateLookUp,
    requests: requests as readonly ReceivedRequest[],
    outbox: outbox as readonly OutboxEntry[],
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      for (const cancel of timers) {
        cancel();
      }
      await closed;
    },
  };
}

/** As DigiCert does: first the key, then its quota, then the route, then the order. */
function chooseResponder(
  request: IncomingMessage,
  { account = DEFAULT_ACCOUNT, list, apiKeys }: SimulatorOptions,
  windows: RollingWindows,
  clock: Clock,
): { orderId: string; responder: Responder } {
  const [, orderId = '', endpoint] = ORDER_PATH.exec(request.url ?? '') ?? [];
  const key = request.headers['x-dc-devkey'];
  if (typeof key !== 'string' || key === '' || (apiKeys && !apiKeys.includes(key))) {
    return { orderId, responder: INVALID_KEY };
  }
  if (!windows.take(key, clock.now())) {
    return { orderId, responder: QUOTA_EXCEEDED };
  }
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://simulator');
  if (pathname === LIST_PATH && request.method === 'GET') {
    return { orderId, responder: list ?? respondWithList(account, searchParams) };
  }
  if (orderId === '') {
    return { orderId, responder: ROUTE_NOT_FOUND };
  }
  const expectedMethod = endpoint === 'resend-emails' ? 'PUT' : 'GET';
  if (request.method !== expectedMethod) {
    return { orderId, responder: json(405, errorBody(), { Allow: expectedMethod }) };
  }
  const order = Object.hasOwn(account, orderId) ? account[orderId] : undefined;
  const responder = order && RESPONDERS[endpoint ?? 'info']?.(order, orderId);
  return { orderId, responder: responder ?? ORDER_NOT_FOUND };
}

const RESPONDERS: Readonly<
  Record<string, (order: SimulatedOrder, orderId: string) => Responder | undefined>
> = {
  'resend-emails': ({ resend }) => resend,
  info: ({ info }, orderId) => toResponder(info, { id: Number(orderId) }),
  validation: ({ validation, info, resend }, orderId) =>
    toResponder(validation ?? (typeof info === 'object' ? toValidation(info) : resend), {
      order_id: orderId,
    }),
};

function toResponder(body: Json | Responder | undefined, ids: Json): Responder | undefined {
  return typeof body === 'object' ? json(200, { ...ids, ...body }) : body;
}

/** The validation of an order with one domain, the certificate's, in the state the order is in. */
function toValidation({ status, dcv_method: method, certificate }: Json) {
  const { common_name: name = 'example.com', dns_names: names = [name, `www.${name}`] } =
    Object(certificate);
  return {
    order_status: status,
    order_name_scope: 'base_domain',
    order_dcv_method: method,
    dns_name_validations: [
      {
        domain_id: '1',
        name_scope: name,
        approval_scope: 'subdomains',
        status: status === 'issued' ? 'approved' : 'pending',
        method,
        dns_names: names,
      },
    ],
  };
}

function keep<Item>(list: Item[], item: Item): void {
  list.push(item);
  if (list.length > MAX_KEPT) {
    list.shift();
  }
}
