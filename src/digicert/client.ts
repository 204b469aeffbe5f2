// Where the HTTP call happens: DigiCert's endpoints.
import type { Dispatcher } from 'undici';
import type { OrderListQuery } from '../domain/order-list-query';
import type { OrderReadApi } from '../domain/read-order';
import type { ResendApi } from '../domain/resend';
import type { ResendRequest } from '../domain/resend-request';
import type { Reservation } from '../domain/reservation';
import type { BreakerState } from '../domain/upstream-event';
import type { Deadline } from '../lib/deadline';
import { mapOutcome } from './map-outcome';
import { parseOrderInfo, parseOrderList, parseOrderValidation } from './order-responses';
import { CircuitBreaker } from './transport/circuit-breaker';
import { ClientPool } from './transport/client-pool';
import { type HttpRequest, MAX_ORDER_LIST_BYTES } from './transport/exchange';
import { type SendContext, Sender, type SenderOptions, type Sent } from './transport/sender';

interface Asked extends Pick<SendContext, 'subject' | 'maxBytes'> {
  readonly method?: HttpRequest['method'];
  /** Behind that of all orders. */
  readonly path: string;
  readonly body?: string | null;
}

interface DigicertClientOptions extends SenderOptions {
  /** e.g. `https://www.digicert.com/services/v2`, without a slash at the end. */
  readonly baseUrl: string;
  /** Visible ASCII. Asked for each request: a key may be replaced while the gateway runs. */
  readonly apiKey: () => string;
  /** `name/version` */
  readonly userAgent: string;
  /** For one request at a time. Destroyed on `close`. */
  readonly createClient: () => Dispatcher;
}

interface DigicertClient extends ResendApi, OrderReadApi {
  readonly breakerState: BreakerState;
  /** Requests that are on their way, or wait for a connection. */
  readonly inFlight: number;
  /** Ends every connection; a request still running ends without a response. */
  close(): Promise<void>;
}

export function createDigicertClient(options: DigicertClientOptions): DigicertClient {
  const { apiKey, clock, createClient, report, transport, userAgent } = options;
  const { origin, pathname } = new URL(options.baseUrl);
  const basePath = pathname.replace(/\/$/, '');
  const breaker = new CircuitBreaker({
    clock,
    openMs: transport.breakerMs,
    onChange: (to) => report({ kind: 'breaker-changed', to }),
  });
  const clients = new ClientPool(transport.concurrency, createClient);
  const sender = new Sender(options, clients, breaker);

  function send(
    { method = 'GET', path, subject, body = null, maxBytes }: Asked,
    quota: Reservation | undefined,
    deadline: Deadline,
  ): Promise<Sent> {
    const headers = {
      'X-DC-DEVKEY': apiKey(),
      'Content-Type': 'application/json',
      Accept: 'application/json',
      'User-Agent': userAgent,
    };
    const request: HttpRequest = {
      method,
      origin,
      path: `${basePath}/order/certificate${path}`,
      headers,
      body,
      idempotent: false,
      deadline,
    };
    return sender.send(request, { subject, quota, maxBytes });
  }

  const toPath = (orderId: string, endpoint = '') => `/${encodeURIComponent(orderId)}${endpoint}`;

  return {
    resendEmails(request, quota, deadline) {
      const { orderId: subject } = request;
      const path = toPath(subject, '/resend-emails');
      // A string: undici then sends Content-Length and never a chunked body.
      const body = JSON.stringify(toWire(request));
      return send({ method: 'PUT', path, subject, body }, quota, deadline).then((sent) =>
        mapOutcome(sent, { request, nowMs: clock.now() }),
      );
    },

    async readOrderInfo(orderId, quota, deadline) {
      const sent = await send({ path: toPath(orderId), subject: orderId }, quota, deadline);
      return parseOrderInfo(sent, orderId, clock.now());
    },

    async readOrder(orderId, quota, deadline) {
      const path = toPath(orderId, '/validation');
      const sent = await send({ path, subject: orderId }, quota, deadline);
      return parseOrderValidation(sent, orderId, clock.now());
    },

    async listOrders(query, quota, deadline) {
      const path = `?${toSearch(query)}`;
      const asked = { path, subject: 'list', maxBytes: MAX_ORDER_LIST_BYTES };
      return parseOrderList(await send(asked, quota, deadline), clock.now());
    },

    get isAvailable() {
      return breaker.isLettingThrough;
    },
    get breakerState() {
      return breaker.state;
    },
    get inFlight() {
      return sender.inFlight;
    },
    close: () => clients.destroy(),
  };
}

/** The newest first. */
function toSearch({ domainName, search, status, offset, limit }: OrderListQuery): string {
  const filters = { domain_name: domainName, search, status };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) {
    if (value !== undefined) {
      parameters.set(`filters[${name}]`, value);
    }
  }
  parameters.set('sort', '-date_created');
  parameters.set('offset', String(offset));
  parameters.set('limit', String(limit));
  return parameters.toString();
}

/** The request body in DigiCert's spelling. JSON.stringify leaves out what is absent. */
function toWire({ domainApprovalEmails, locale }: ResendRequest): object {
  return {
    domain_approval_emails: domainApprovalEmails?.map(({ domain, email, emailDomain }) => ({
      domain,
      email,
      email_domain: emailDomain,
    })),
    locale,
  };
}
