// Who is asking: decided by headers alone, before anything else of a request is looked at.
import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import { ALL_SCOPES } from '../domain/caller';
import type { Clock } from '../domain/clock';
import type { TokenSettings } from './access-token';
import { KeysUnavailable } from './keys-unavailable';
import { isRouterSecret } from './router-secret';

export interface AuthSettings {
  /** Set: every request shows an access token. */
  readonly tokens: TokenSettings | undefined;
  /** Not empty: every request shows one of them. */
  readonly routerSecrets: readonly string[];
}

export interface Identity {
  /** `undefined` where no token is asked for. */
  readonly subject: string | undefined;
  readonly scopes: ReadonlySet<string>;
}

export type Authentication =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly refusal: Refusal };

/** What a request that is not let in is answered. */
export interface Refusal {
  readonly status: 401 | 503;
  readonly code: 'UNAUTHENTICATED' | 'SERVICE_UNAVAILABLE';
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type Authenticate = (headers: IncomingHttpHeaders) => Promise<Authentication>;

/** Without tokens whoever gets here may do everything: the router has decided that, or the network. */
const ANYBODY: Authentication = {
  ok: true,
  identity: { subject: undefined, scopes: ALL_SCOPES },
};

const NO_ROUTER = unauthenticated('This gateway answers its router alone.', {});

const NO_TOKEN = unauthenticated('Send an access token: Authorization: Bearer <token>.', {
  'www-authenticate': 'Bearer',
});

/** Which of all that is wrong with a token helps only whoever forges one. */
const BAD_TOKEN = unauthenticated('The access token is not valid, or not any more.', {
  'www-authenticate': 'Bearer error="invalid_token"',
});

const CANNOT_TELL: Authentication = {
  ok: false,
  refusal: {
    status: 503,
    code: 'SERVICE_UNAVAILABLE',
    message: 'Access tokens cannot be checked at the moment. Try again.',
    headers: { 'retry-after': '5' },
  },
};

export function createAuthenticate(
  { tokens, routerSecrets }: AuthSettings,
  dependencies: { readonly clock: Clock; readonly log: Logger },
): Authenticate {
  const verifyToken = tokens && loadTokens().createTokenVerifier(tokens, dependencies);
  return async (headers) => {
    if (routerSecrets.length > 0) {
      const secret = headers['x-router-secret'];
      if (typeof secret !== 'string' || !isRouterSecret(secret, routerSecrets)) {
        return NO_ROUTER;
      }
    }
    if (!verifyToken) {
      return ANYBODY;
    }
    // One token, without a space in it (RFC 6750 section 2.1).
    const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
    if (token === undefined) {
      return NO_TOKEN;
    }
    try {
      const identity = await verifyToken(token);
      return identity ? { ok: true, identity } : BAD_TOKEN;
    } catch (error) {
      if (error instanceof KeysUnavailable) {
        return CANNOT_TELL;
      }
      throw error;
    }
  };
}

/** Loaded only where tokens are asked for, as is the cryptography below it. */
function loadTokens() {
  return require('./access-token') as typeof import('./access-token');
}

function unauthenticated(
  message: string,
  headers: Readonly<Record<string, string>>,
): Authentication {
  return { ok: false, refusal: { status: 401, code: 'UNAUTHENTICATED', message, headers } };
}
