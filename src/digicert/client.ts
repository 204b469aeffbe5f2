// Where the HTTP call happens: DigiCert's three endpoints, over a connection pool of our own.
import { type Dispatcher, Pool } from 'undici';
import type { Clock, Deadline } from '../domain/clock';
import type { DigicertQuota } from '../domain/limits';
import type { OrderReads } from '../domain/read-order';
import type { DigicertApi } from '../domain/resend';
import type { ResendRequest } from '../domain/resend-request';
import { type Exchange, exchangeOnce, type HttpRequest } from './exchange';
import { mapOutcome } from './map-outcome';
import { parseOrderInfo } from './order-info';
import { parseOrderValidation } from './order-validation';
import { readRetryAfter } from './retry-after';

/** DigiCert allows 100 requests in 5 s, so more connections than this could never be put to use. */
const MAX_CONNECTIONS = 100;

/** Shorter than any server is likely to keep an idle connection, so that none is closed under a request. */
const KEEP_ALIVE_TIMEOUT_MS = 4_000;

/** Ceiling for a keep-alive hint of the server's. */
const KEEP_ALIVE_MAX_TIMEOUT_MS = 30_000;

/** TCP and TLS handshake; a deadline below it wins. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Bytes of response headers taken in. */
const MAX_RESPONSE_HEADER_BYTES = 16 * 1024;

export interface DigicertClientOptions {
  /** e.g. `https://www.digicert.com/services/v2`, without a slash at the end. */
  readonly baseUrl: string;
  /** Visible ASCII. */
  readonly apiKey: string;
  /** `name/version` */
  readonly userAgent: string;
  readonly clock: Clock;
  /** Every request to DigiCert counts, whatever it is for. */
  readonly quota: DigicertQuota;
  /** The transport; the client closes it. Default: {@link createDigicertPool}. */
  readonly dispatcher?: Dispatcher;
}

export interface DigicertClient extends DigicertApi, OrderReads {
  /** Ends every connection; a request still running ends as unanswered. */
  close(): Promise<void>;
}

export function createDigicertPool(origin: string): Pool {
  return new Pool(origin, {
    connections: MAX_CONNECTIONS,
    // One request per connection at a time: a lost connection then leaves one outcome unknown, not many.
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MAX_TIMEOUT_MS,
    maxHeaderSize: MAX_RESPONSE_HEADER_BYTES,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    // The deadline of the mutation bounds headers and body together, so undici's own two timers stay off.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

export function createDigicertClient(options: DigicertClientOptions): DigicertClient {
  const { origin, pathname } = new URL(options.baseUrl);
  const dispatcher = options.dispatcher ?? createDigicertPool(origin);
  const basePath = pathname.replace(/\/$/, '');
  const headers = {
    'X-DC-DEVKEY': options.apiKey,
    'Content-Type': 'application/json',
    Accept: 'application/json',
    'User-Agent': options.userAgent,
  };
  const toPath = (orderId: string, endpoint: string) =>
    `${basePath}/order/certificate/${encodeURIComponent(orderId)}${endpoint}`;

  async function exchange(request: HttpRequest, deadline: Deadline): Promise<Exchange> {
    const taken = await options.quota.take(deadline);
    if (!taken.ok) {
      return { kind: 'over-quota', retryAfterSeconds: taken.retryAfterSeconds };
    }
    const made = await exchangeOnce(dispatcher, request, deadline);
    if (made.kind === 'not-sent') {
      taken.place.giveBack();
    } else {
      taken.place.use();
    }
    if (made.kind === 'answered' && made.status === 429) {
      options.quota.shut(readRetryAfter(made, options.clock.now()));
    }
    return made;
  }

  const get = (path: string, deadline: Deadline) =>
    exchange({ method: 'GET', origin, path, headers }, deadline);

  return {
    async resendEmails(request, deadline) {
      const path = toPath(request.orderId, '/resend-emails');
      // A string: undici then sends Content-Length and never a chunked body.
      const body = JSON.stringify(toWire(request));
      const put: HttpRequest = { method: 'PUT', origin, path, headers, body };
      return mapOutcome(await exchange(put, deadline), { request, nowMs: options.clock.now() });
    },

    async readOrderInfo(orderId, deadline) {
      return parseOrderInfo(await get(toPath(orderId, ''), deadline));
    },

    async readOrder(orderId, deadline) {
      const validation = await get(toPath(orderId, '/validation'), deadline);
      return parseOrderValidation(validation, orderId, options.clock.now());
    },

    close: () => dispatcher.destroy(),
  };
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
