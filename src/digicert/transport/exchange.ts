// One HTTP exchange, at most once: says for certain whether the request left, and never repeats it.
import type { Dispatcher } from 'undici';
import type { Deadline } from '../../lib/deadline';

/** Bytes of a response body that are read; DigiCert's are a few hundred. */
export const MAX_RESPONSE_BYTES = 64 * 1024;

/** As {@link MAX_RESPONSE_BYTES}, of a list: a hundred orders with 250 names of usual length. */
export const MAX_ORDER_LIST_BYTES = 2 * 1024 * 1024;

export interface HttpRequest {
  readonly method: 'GET' | 'PUT';
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** PUT is idempotent by the letter of HTTP, not here: each accepted one sends mail again. */
  readonly idempotent: false;
  /** A connection is made for it no later than that. */
  readonly deadline: Deadline;
}

type HeaderValue = string | string[] | undefined;

type HttpHeaders = Readonly<Record<string, HeaderValue>>;

/** A status came. `body` is `undefined` when it could not be read whole: cut off, too long or too late. */
export interface HttpResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Buffer | undefined;
  /** Bytes that are read of it at most, decoded too. */
  readonly maxBytes: number;
  readonly isTooLong: boolean;
}

/** No request was made: there was no room, or DigiCert has failed repeatedly and is not called for a while. */
type Rejected =
  | {
      readonly kind: 'rejected';
      readonly reason: 'quota' | 'concurrency';
      readonly retryAfterSeconds: number;
    }
  | { readonly kind: 'rejected'; readonly reason: 'breaker' };

/** A request was tried. */
export type Attempted =
  | HttpResponse
  /** The request provably never left this process. */
  | { readonly kind: 'not-sent'; readonly errorCode: string }
  /**
   * As `not-sent`, and another try meets the same: the certificate of the server that answered is not trusted, so it may
   * be any server; or a proxy refuses the gateway.
   */
  | { readonly kind: 'not-let-through'; readonly errorCode: string }
  /** The request left, or may have; no status came back in time or at all. */
  | { readonly kind: 'no-response'; readonly errorCode: string }
  /** The request left and what came back is not HTTP. */
  | { readonly kind: 'not-http'; readonly errorCode: string };

export type Exchange = Attempted | Rejected;

export function exchangeOnce(
  dispatcher: Dispatcher,
  request: HttpRequest,
  maxBytes = MAX_RESPONSE_BYTES,
): Promise<Attempted> {
  const { deadline } = request;
  return new Promise((resolve) => {
    const attempt = new Attempt(maxBytes, (exchange) => {
      cancel();
      resolve(exchange);
    });
    const expire = () => attempt.fail('DEADLINE');
    const cancel = deadline.onExpired(expire);
    if (deadline.isExpired) {
      expire();
      return;
    }
    dispatcher.dispatch(request, attempt);
  });
}

/** Follows one request through undici's callbacks and settles exactly once. */
class Attempt implements Dispatcher.DispatchHandler {
  #settled = false;
  #controller: Dispatcher.DispatchController | undefined;
  #head: { status: number; headers: HttpHeaders } | undefined;
  #chunks: Buffer[] = [];
  #bodyBytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly settle: (exchange: Attempted) => void,
  ) {}

  /** undici calls this on a connected socket, right before it writes the request. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) {
      controller.abort(new Error('The outcome already stands, so the request must not leave.'));
    } else if (this.#controller) {
      controller.abort(new Error('The request left once already.'));
    } else {
      this.#controller = controller;
    }
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: HttpHeaders): void {
    // 1xx is interim, not the response.
    if (status >= 200) {
      this.#head = { status, headers };
    }
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes > this.maxBytes) {
      this.fail('BODY_TOO_LONG');
      return;
    }
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#finish(Buffer.concat(this.#chunks), 'NONE');
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#finish(undefined, toErrorCode(error));
  }

  /** Ends the attempt from our side, and the connection with it if the request is on its way. */
  fail(errorCode: string): void {
    this.#finish(undefined, errorCode);
    this.#controller?.abort(new Error(errorCode));
  }

  #finish(body: Buffer | undefined, errorCode: string): void {
    if (this.#settled) {
      return;
    }
    this.#settled = true;
    if (this.#head) {
      const { maxBytes } = this;
      const isTooLong = errorCode === 'BODY_TOO_LONG';
      this.settle({ kind: 'response', ...this.#head, body, maxBytes, isTooLong });
    } else if (!this.#controller) {
      this.settle({ kind: isLasting(errorCode) ? 'not-let-through' : 'not-sent', errorCode });
    } else {
      this.settle({ kind: NOT_HTTP.test(errorCode) ? 'not-http' : 'no-response', errorCode });
    }
  }
}

/** The first of a header's values, should it come more than once. */
export function firstValue(header: HeaderValue): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/**
 * What undici does not take for HTTP: llhttp's own codes, a status below 100, contradicting lengths, and
 * headers too large to be read.
 */
const NOT_HTTP =
  /^(?:HPE_\w+|HTTPParserError|ERR_ASSERTION|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|UND_ERR_HEADERS_OVERFLOW)$/;

/**
 * What node:tls finds wrong with the upstream's certificate: X509_V_ERR_... of OpenSSL without that prefix, and Node's check of
 * the name.
 */
const NOT_TRUSTED =
  /^(?:CERT_\w+|UNABLE_TO_(?:GET|VERIFY|DECRYPT|DECODE)_\w+|(?:DEPTH_ZERO_)?SELF_SIGNED_CERT\w*|ERROR_IN_CERT_\w+|ERR_TLS_CERT_ALTNAME_INVALID|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|UNSPECIFIED)$/;

/** Of a proxy: 407 and what else it refuses, but for statuses that pass (408, 425, 429). */
const PROXY_REFUSES = /^PROXY_4(?!08|25|29)/;

function isLasting(errorCode: string): boolean {
  return NOT_TRUSTED.test(errorCode) || PROXY_REFUSES.test(errorCode);
}

function toErrorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
