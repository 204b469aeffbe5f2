// Who is calling: decided by headers alone, before anything else of a request is read.
import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ALL_SCOPES, type Caller } from '../domain/caller';
import type { RefusalReason } from '../domain/refusal-reason';
import { CodedError } from '../lib/coded-error';
import type { TokenSettings } from './access-token';
import type { KeySetDependencies } from './key-set';
import { Refusal } from './refusal';

interface AuthSettings {
  /** Set: every request shows an access token. */
  readonly tokens: TokenSettings | undefined;
  /** Not empty: every request shows one of them. Two may be valid at once, while one is replaced. */
  readonly routerSecrets: readonly string[];
}

export type Identity = Pick<Caller, 'subject' | 'scopes'>;

/** At once where nothing has to be waited for: without tokens, or with one that was verified before. Throws or rejects with a {@link Refusal}. */
export type Authenticate = (
  headers: IncomingHttpHeaders,
  correlationId: string,
) => Identity | Promise<Identity>;

/** Without tokens every caller that gets here may do everything: the router has decided that, or the network. */
const ANONYMOUS: Identity = { subject: undefined, scopes: ALL_SCOPES };

const BAD_ROUTER_SECRET = new CodedError(
  'UNAUTHENTICATED',
  'This gateway answers its router alone.',
  { status: 401 },
);

const NO_TOKEN = new CodedError(
  'UNAUTHENTICATED',
  'Send an access token: Authorization: Bearer <token>.',
  { status: 401, headers: { 'www-authenticate': 'Bearer' } },
);

export function createAuthenticate(
  { tokens, routerSecrets }: AuthSettings,
  dependencies: KeySetDependencies & { readonly countRefusal: (reason: RefusalReason) => void },
): Authenticate {
  const { log, countRefusal } = dependencies;
  const verifyToken = tokens && loadTokens().createTokenVerifier(tokens, dependencies);
  const identify = (headers: IncomingHttpHeaders): Identity | Promise<Identity> => {
    if (routerSecrets.length > 0 && !isSecret(headers['x-router-secret'], routerSecrets)) {
      throw new Refusal('router-secret', BAD_ROUTER_SECRET);
    }
    if (!verifyToken) {
      return ANONYMOUS;
    }
    // One token, without a space in it (RFC 6750 section 2.1).
    const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
    if (token === undefined) {
      throw new Refusal('no-token', NO_TOKEN);
    }
    return verifyToken(token);
  };
  const refuse = (error: unknown, correlationId: string): never => {
    if (error instanceof Refusal) {
      const { code, reason } = error;
      countRefusal(reason);
      log.info({ event: 'auth.refused', correlationId, code, reason }, 'request refused');
    }
    throw error;
  };
  return (headers, correlationId) => {
    try {
      const identity = identify(headers);
      return identity instanceof Promise
        ? identity.catch((error) => refuse(error, correlationId))
        : identity;
    } catch (error) {
      return refuse(error, correlationId);
    }
  };
}

/** Compares in a time that shows nothing of the secrets, neither their content nor which one it was. */
function isSecret(given: unknown, secrets: readonly string[]): boolean {
  // Hashes are of one length, which timingSafeEqual asks for.
  const toHash = (text: string) => hash('sha256', text, 'buffer');
  return (
    typeof given === 'string' &&
    secrets.map((secret) => timingSafeEqual(toHash(given), toHash(secret))).includes(true)
  );
}

/** Loaded only where tokens are required, as is the cryptography below it. */
function loadTokens() {
  return require('./access-token') as typeof import('./access-token');
}
