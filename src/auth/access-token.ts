// Access tokens: JWTs (RFC 7519) signed by the identity provider with a private key. What was verified
// once is remembered until it expires, or until the provider's keys change.
import { hash } from 'node:crypto';
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import type { RefusalReason } from '../domain/refusal-reason';
import { isObject } from '../lib/is-object';
import type { Identity } from './authenticate';
import { KeySet, type KeySetDependencies, type KeySettings } from './key-set';
import { Refusal } from './refusal';

/** Signatures with a private key only: with a shared one, every program that can check a token could make one. */
const ALGORITHMS = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

/**
 * Types of an access token, if it names one (RFC 9068 section 2.1). Other kinds of JWT, which the provider signs
 * with the same keys, are not taken for one (RFC 8725 section 3.11).
 */
const TYPES = ['jwt', 'at+jwt'];

/** Seconds that the provider's clock and ours may differ by. */
const CLOCK_TOLERANCE_SECONDS = 30;

/** Characters of a subject, which goes into logs; issuers use ids and email addresses. */
const MAX_SUBJECT_LENGTH = 255;

/** Verified tokens in the cache: the callers of some minutes. */
const MAX_CACHED_TOKENS = 10_000;

export interface TokenSettings extends KeySettings {
  readonly audience: string;
  /** Claims that hold scopes: a name, or else a path such as `resource_access.dv.roles`. */
  readonly scopeClaims: readonly string[];
  /** Taken off the scopes that have it. */
  readonly scopePrefix: string;
}

interface VerifiedToken extends Identity {
  readonly expiresAtMs: number;
  /** The keys it was verified with. */
  readonly keys: unknown;
}

/** Its result rejects with a {@link Refusal}, also where it is not known yet whether a token is good. */
export function createTokenVerifier(
  settings: TokenSettings,
  dependencies: KeySetDependencies,
): (token: string) => Identity | Promise<Identity> {
  const verifiedTokens = new LRUCache<string, VerifiedToken>({ max: MAX_CACHED_TOKENS });
  const { clock, log } = dependencies;
  const keySet = new KeySet({ ...settings, ...dependencies });
  // An operator sees what is wrong with them before a caller does.
  keySet.refreshIfStale();

  const findKey: JWTVerifyGetKey = async (header, token) => {
    const { kid, typ } = header;
    if (typ !== undefined && !isType(typ)) {
      throw new Refusal('token-type');
    }
    // Without the name of its key it would be tried against any that fits.
    if (typeof kid !== 'string' || kid === '') {
      throw new Refusal('no-key-id');
    }
    return keySet.getKey(header, token);
  };

  async function verify(token: string): Promise<VerifiedToken> {
    // They may change while a token is checked with the old ones.
    const { keys } = keySet;
    try {
      const { payload } = await jwtVerify(token, findKey, {
        issuer: settings.issuer,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(clock.now()),
        requiredClaims: ['exp'],
      });
      const { exp = 0 } = payload;
      return { ...toIdentity(payload, settings), expiresAtMs: exp * 1_000, keys };
    } catch (error) {
      // Another key may have taken the place of the one of that name.
      const isOfOldKey = error instanceof errors.JWSSignatureVerificationFailed;
      if (isOfOldKey && (await keySet.hasChangedFrom(keys))) {
        return verify(token);
      }
      throw error;
    }
  }

  async function verifyAnew(token: string, tokenHash: string): Promise<VerifiedToken> {
    try {
      const verified = await verify(token);
      verifiedTokens.set(tokenHash, verified);
      return verified;
    } catch (error) {
      if (error instanceof Refusal) {
        throw error;
      }
      if (!(error instanceof errors.JOSEError)) {
        // jose's own errors are about the token; others are about an invalid key.
        log.warn({ event: 'auth.token-unverifiable', err: error }, 'a token could not be verified');
      }
      throw new Refusal(toReason(error, settings.issuer));
    }
  }

  return (token) => {
    keySet.refreshIfStale();
    // Not the token itself: it is not needed once it is checked.
    const tokenHash = hash('sha256', token, 'base64');
    const known = verifiedTokens.get(tokenHash);
    const isGood =
      known && known.keys === keySet.keys && clock.now() < known.expiresAtMs && keySet.isUsable;
    return isGood ? known : verifyAnew(token, tokenHash);
  };
}

/** A media type, usually without its `application/` (RFC 7515 section 4.1.9). */
function isType(typ: unknown): boolean {
  return typeof typ === 'string' && TYPES.includes(typ.toLowerCase().replace(/^application\//, ''));
}

/** By jose's codes. Any other error is about a text that is no token. */
const REASONS: Readonly<Record<string, RefusalReason>> = {
  [errors.JWTExpired.code]: 'expired',
  [errors.JWSSignatureVerificationFailed.code]: 'signature',
  [errors.JWKSNoMatchingKey.code]: 'unknown-key',
  [errors.JOSEAlgNotAllowed.code]: 'algorithm',
};

function toReason(error: unknown, issuer: string): RefusalReason {
  if (!(error instanceof errors.JWTClaimValidationFailed)) {
    return REASONS[(error as errors.JOSEError).code] ?? 'malformed';
  }
  const { claim, payload } = error;
  if (claim === 'iss') {
    const isOtherwiseSame = String(payload.iss).replace(/\/$/, '') === issuer.replace(/\/$/, '');
    return isOtherwiseSame ? 'issuer-slash' : 'issuer';
  }
  return claim === 'nbf' ? 'not-yet-valid' : 'expired';
}

/** Whose token it is, and what for. Throws a {@link Refusal} where it is no access token for this gateway. */
function toIdentity(payload: JWTPayload, settings: TokenSettings): Identity {
  const { sub, cnf, client_id: clientId, azp, cid } = payload;
  if (isIdToken(payload)) {
    throw new Refusal('id-token');
  }
  // It is good only together with a proof that the caller holds a key, which is not asked of callers here.
  if (cnf !== undefined) {
    throw new Refusal('sender-constrained');
  }
  if (!isForAudience(payload, settings.audience)) {
    throw new Refusal('audience');
  }
  const client = [clientId, azp, cid].find((id) => typeof id === 'string' && id !== '');
  const subject = sub === undefined && client !== undefined ? `client:${client}` : sub;
  if (typeof subject !== 'string' || subject === '' || subject.length > MAX_SUBJECT_LENGTH) {
    throw new Refusal('subject');
  }
  return { subject, scopes: readScopes(payload, settings) };
}

/** What only ID tokens have (OpenID Connect Core, section 2), and Keycloak's and Cognito's own words for them. */
function isIdToken(payload: JWTPayload): boolean {
  const { nonce, at_hash: atHash, c_hash: codeHash, typ, token_use: use } = payload;
  return (
    [nonce, atHash, codeHash].some((claim) => claim !== undefined) ||
    typ === 'ID' ||
    (use !== undefined && use !== 'access')
  );
}

/** Cognito's access tokens have no `aud`: they say that they are some, and for which client. */
function isForAudience({ aud, client_id: clientId, token_use: use }: JWTPayload, audience: string) {
  return aud === undefined
    ? use === 'access' && clientId === audience
    : [aud].flat().includes(audience);
}

/** As text with spaces (RFC 8693) or as a list. */
function readScopes(
  payload: JWTPayload,
  { scopeClaims, scopePrefix }: TokenSettings,
): ReadonlySet<string> {
  const scopes = scopeClaims
    .flatMap((name) => readClaim(payload, name))
    .filter((value) => typeof value === 'string')
    .flatMap((value) => value.split(' '))
    .filter((value) => value !== '');
  return new Set(
    scopes.map((scope) =>
      scope.startsWith(scopePrefix) ? scope.slice(scopePrefix.length) : scope,
    ),
  );
}

/** By its whole name, which may have dots in it, or else by a path. */
function readClaim(payload: JWTPayload, name: string): unknown {
  const path = Object.hasOwn(payload, name) ? [name] : name.split('.');
  return path.reduce<unknown>(
    (value, part) => (isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined),
    payload,
  );
}
