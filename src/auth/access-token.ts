// Access tokens: JWTs (RFC 7519) signed by the identity provider with a private key. What was verified
// once is remembered until it expires, or until the provider's keys change.
import { hash } from 'node:crypto';
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock';
import { CodedError } from '../lib/coded-error';
import type { Identity } from './authenticate';
import { KeySet } from './key-set';

/** Signatures with a private key only: with a shared one, every program that can check a token could make one. */
const ALGORITHMS = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

/**
 * Types of an access token, if it names one (RFC 9068 section 2.1). Other kinds of JWT, which the provider signs
 * with the same keys, are not taken for one (RFC 8725 section 3.11).
 */
const TYPES = ['jwt', 'at+jwt'];

/** Seconds that the provider's clock and ours may differ by. */
const CLOCK_TOLERANCE_SECONDS = 30;

/** Characters of a token; those of large organisations have some thousand. */
const MAX_TOKEN_LENGTH = 8_192;

/** Characters of a subject, which goes into logs; issuers use ids and email addresses. */
const MAX_SUBJECT_LENGTH = 255;

/** Verified tokens in the cache: the callers of some minutes. */
const MAX_CACHED_TOKENS = 10_000;

export interface TokenSettings {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
}

interface VerifiedToken extends Identity {
  readonly expiresAtMs: number;
  /** The keys it was verified with. */
  readonly keys: unknown;
}

/** Its result resolves to `undefined` for a token that is not good, and to an error when that is unknown. */
export function createTokenVerifier(
  { jwksUrl, issuer, audience }: TokenSettings,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
) {
  const verifiedTokens = new LRUCache<string, VerifiedToken>({ max: MAX_CACHED_TOKENS });
  const keySet = new KeySet({ url: jwksUrl, clock, log });

  const findKey: JWTVerifyGetKey = async (header, token) => {
    const { kid, typ } = header;
    // Without the name of its key it would be tried against any that fits.
    if (typeof kid !== 'string' || (typ !== undefined && !isType(typ))) {
      throw new errors.JWTInvalid('The header is not that of an access token.');
    }
    return keySet.getKey(header, token);
  };

  async function verify(token: string): Promise<VerifiedToken | undefined> {
    // They may change while a token is checked with the old ones.
    const { keys } = keySet;
    const { payload } = await jwtVerify(token, findKey, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(clock.now()),
      requiredClaims: ['exp', 'sub'],
    });
    const { sub, exp = 0 } = payload;
    if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUBJECT_LENGTH) {
      return undefined;
    }
    return { subject: sub, scopes: readScopes(payload), expiresAtMs: exp * 1_000, keys };
  }

  return async (token: string): Promise<Identity | CodedError | undefined> => {
    if (token.length > MAX_TOKEN_LENGTH) {
      return undefined;
    }
    keySet.refreshIfStale();
    // Not the token itself: it is not needed once it is checked.
    const tokenHash = hash('sha256', token, 'base64');
    const known = verifiedTokens.get(tokenHash);
    if (known && known.keys === keySet.keys && clock.now() < known.expiresAtMs && keySet.isUsable) {
      return known;
    }
    try {
      const verified = await verify(token);
      if (verified) {
        verifiedTokens.set(tokenHash, verified);
      }
      return verified;
    } catch (error) {
      if (error instanceof CodedError) {
        return error;
      }
      if (!(error instanceof errors.JOSEError)) {
        // jose's own errors are about the token; others are about an invalid key.
        log.warn({ event: 'auth.token-unverifiable', err: error }, 'a token could not be verified');
      }
      return undefined;
    }
  };
}

/** A media type, usually without its `application/` (RFC 7515 section 4.1.9). */
function isType(typ: unknown): boolean {
  return typeof typ === 'string' && TYPES.includes(typ.toLowerCase().replace(/^application\//, ''));
}

/** `scope` (RFC 8693: a string with spaces) or `scp`, as a string or a list, as the provider writes it. */
function readScopes({ scope, scp }: JWTPayload): ReadonlySet<string> {
  const scopes = [scope, scp].flat().filter((value) => typeof value === 'string');
  return new Set(scopes.flatMap((value) => value.split(' ')).filter((value) => value !== ''));
}
