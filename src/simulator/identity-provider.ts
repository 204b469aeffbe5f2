// A simulated identity provider beside the simulated DigiCert, so that a gateway that requires access
// tokens can be tried: it issues any token to any caller.
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { ALL_SCOPES } from '../domain/caller';
import type { Clock } from '../lib/clock';

export const JWKS_PATH = '/jwks.json';

/** `?scope=` and `?sub=` say which token. */
export const TOKEN_PATH = '/token';

/** `aud` of every token; to be used as `AUTH_AUDIENCE`. */
const AUDIENCE = 'dv-email-gateway';

const LIFETIME_SECONDS = 3_600;

const ALGORITHM = 'ES256';
const KEY_ID = 'simulator';

/** Answers a request for the key set, the body of `AUTH_JWKS_URL`, or for a token; `AUTH_ISSUER` is the URL's origin. */
export function createIdentityProvider(clock: Clock) {
  // Made at the first request.
  let keyPair: ReturnType<typeof generateKeyPair> | undefined;
  return async ({ origin, pathname, searchParams }: URL): Promise<string> => {
    keyPair ??= generateKeyPair(ALGORITHM);
    const { publicKey, privateKey } = await keyPair;
    if (pathname === JWKS_PATH) {
      const key = { ...(await exportJWK(publicKey)), kid: KEY_ID, alg: ALGORITHM, use: 'sig' };
      return JSON.stringify({ keys: [key] });
    }
    const nowSeconds = Math.floor(clock.now() / 1_000);
    // Every scope there is, unless the request names others.
    return new SignJWT({ scope: searchParams.get('scope') ?? [...ALL_SCOPES].join(' ') })
      .setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID, typ: 'at+jwt' })
      .setIssuer(origin)
      .setAudience(AUDIENCE)
      .setSubject(searchParams.get('sub') ?? 'someone@example.com')
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + LIFETIME_SECONDS)
      .sign(privateKey);
  };
}
