// A simulated identity provider beside the simulated DigiCert, so that a gateway that asks for access
// tokens can be tried: it hands everybody whatever token they ask for.
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { ALL_SCOPES } from '../domain/caller';
import type { Clock } from '../domain/clock';

/** `aud` of every token; to be used as `AUTH_AUDIENCE`. */
export const AUDIENCE = 'dv-email-gateway';

const LIFETIME_SECONDS = 3_600;

const ALGORITHM = 'ES256';
const KEY_ID = 'simulator';

export interface IdentityProvider {
  /** The body of `AUTH_JWKS_URL`. */
  readonly keySet: object;
  sign(subject: string, scope: string): Promise<string>;
}

/** Makes a key pair of its own. `issuer` is to be used as `AUTH_ISSUER`. */
export async function createIdentityProvider(
  issuer: string,
  clock: Clock,
): Promise<IdentityProvider> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM);
  const key = { ...(await exportJWK(publicKey)), kid: KEY_ID, alg: ALGORITHM, use: 'sig' };
  return {
    keySet: { keys: [key] },
    sign: (subject, scope) => {
      const nowSeconds = Math.floor(clock.now() / 1_000);
      return new SignJWT({ scope })
        .setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID, typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience(AUDIENCE)
        .setSubject(subject)
        .setIssuedAt(nowSeconds)
        .setExpirationTime(nowSeconds + LIFETIME_SECONDS)
        .sign(privateKey);
    },
  };
}

/** Every scope there is, which a token has unless it is asked for with others. */
export const DEFAULT_SCOPE = [...ALL_SCOPES].join(' ');
