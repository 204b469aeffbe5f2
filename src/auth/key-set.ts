// The identity provider's public keys (a JWKS, RFC 7517): fetched when they are needed, never more often
// than the cool-down allows, and kept through an outage of the provider.
import { createLocalJWKSet, type JSONWebKeySet, type JWK, type JWTVerifyGetKey } from 'jose';
import type { Logger } from 'pino';
// Loaded anyway; Node's global one brings a second undici into memory, some 10 MB.
import { type Dispatcher, fetch } from 'undici';
import type { Clock } from '../lib/clock';
import { CodedError } from '../lib/coded-error';
import { parseSecureUrl } from '../lib/secure-url';
import { Refusal } from './refusal';

/** Milliseconds after a fetch before a token with an unknown key can cause another one. */
const COOL_DOWN_MS = 30_000;

/** As {@link COOL_DOWN_MS}, after a fetch that failed. */
const RETRY_MS = 5_000;

/** Milliseconds after which the keys are fetched again in the background, so that a revoked one is removed. */
const REFRESH_AFTER_MS = 600_000;

/** Milliseconds for which keys are trusted that cannot be fetched again. */
const MAX_AGE_MS = 24 * 3_600_000;

const FETCH_TIMEOUT_MS = 5_000;

/** Bytes of a key set; one RSA key has about 500. */
const MAX_KEY_SET_BYTES = 256 * 1024;

/** Where keys are, and whose. */
export interface KeySettings {
  /** `undefined`: where the issuer's discovery document says (OpenID Connect Discovery 1.0). */
  readonly jwksUrl: string | undefined;
  readonly issuer: string;
}

export interface KeySetDependencies {
  readonly clock: Clock;
  readonly log: Logger;
  /** The way to the identity provider. */
  readonly dispatcher: Dispatcher;
}

export class KeySet {
  #keys: ReturnType<typeof createLocalJWKSet> | undefined;
  #kids: ReadonlySet<unknown> = new Set();
  #fetchedAtMs = Number.NEGATIVE_INFINITY;
  #fetchableAtMs = Number.NEGATIVE_INFINITY;
  #failing = false;
  #fetching: Promise<void> | undefined;

  constructor(private readonly options: KeySettings & KeySetDependencies) {}

  /** The key a token is signed with. Rejects with an error of jose's, or a {@link Refusal} that says when to try again. */
  readonly getKey: JWTVerifyGetKey = async (header, token) => {
    if (!this.isUsable) {
      await this.#refresh();
    }
    let isCertain = this.isUsable;
    // The provider may have changed its keys since. One of that name which does not fit is no reason to look for another.
    if (isCertain && !this.#kids.has(header.kid)) {
      // Without a fetch nothing says that they have not: a name that another caller made up may have caused the last one.
      isCertain = await this.#refresh();
    }
    if (!this.#keys || !isCertain) {
      throw this.#unavailable();
    }
    return this.#keys(header, token);
  };

  /** Whether the provider's keys are others now. Looks, unless that was done a moment ago. */
  async hasChangedFrom(keys: JWTVerifyGetKey | undefined): Promise<boolean> {
    await this.#refresh();
    return this.#keys !== keys;
  }

  /** Makes sure that a revoked key is noticed, also while no new token comes. */
  refreshIfStale(): void {
    if (this.#ageMs > REFRESH_AFTER_MS) {
      void this.#refresh();
    }
  }

  /** Whether what was verified before may still be believed. */
  get isUsable(): boolean {
    return this.#ageMs <= MAX_AGE_MS;
  }

  /** Others, once the provider's are others. */
  get keys(): JWTVerifyGetKey | undefined {
    return this.#keys;
  }

  get #ageMs(): number {
    return this.options.clock.monotonicMs() - this.#fetchedAtMs;
  }

  #unavailable(): Refusal {
    const waitMs = this.#fetchableAtMs - this.options.clock.monotonicMs();
    const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
    const error = new CodedError(
      'SERVICE_UNAVAILABLE',
      'Access tokens cannot be checked at the moment. Try again.',
      { status: 503, headers: { 'retry-after': String(seconds) } },
    );
    return new Refusal('keys-unavailable', error);
  }

  /** Fetches the keys, unless that was tried a moment ago; says whether they are now the provider's. Never rejects. */
  async #refresh(): Promise<boolean> {
    if (!this.#fetching && this.options.clock.monotonicMs() < this.#fetchableAtMs) {
      return false;
    }
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    await this.#fetching;
    return !this.#failing;
  }

  async #fetch(): Promise<void> {
    const { clock, log, dispatcher } = this.options;
    try {
      const text = await fetchText(await findJwksUrl(this.options), dispatcher);
      const keySet = JSON.parse(text) as JSONWebKeySet;
      if (JSON.stringify(keySet) !== JSON.stringify(this.#keys?.jwks())) {
        this.#keys = createLocalJWKSet(keySet);
        this.#kids = new Set(keySet.keys.map(({ kid }) => kid));
        if (!keySet.keys.some(isForTokens)) {
          log.warn(
            { event: 'jwks.unusable' },
            'no key of the identity provider can be used: each needs a kid, a public key and, if at all, use sig',
          );
        }
      }
      this.#fetchedAtMs = clock.monotonicMs();
      this.#fetchableAtMs = clock.monotonicMs() + COOL_DOWN_MS;
      if (this.#failing) {
        this.#failing = false;
        log.info(
          { event: 'jwks.recovered' },
          'the keys of the identity provider can be fetched again',
        );
      }
    } catch (error) {
      this.#fetchableAtMs = clock.monotonicMs() + RETRY_MS;
      if (!this.#failing) {
        this.#failing = true;
        const hasKeys = this.#keys !== undefined;
        log.error(
          { event: 'jwks.unavailable', hasKeys, err: error },
          `the keys of the identity provider cannot be fetched${hasKeys ? '; the cached ones stay in use' : ', so no token can be checked'}`,
        );
      }
    }
  }
}

/** A private or shared key has `d` or `k` in it. */
function isForTokens({ kid, use, d, k }: JWK): boolean {
  return (
    kid !== undefined && (use === undefined || use === 'sig') && d === undefined && k === undefined
  );
}

/** Asked again each time: a provider may move its keys. */
async function findJwksUrl({
  jwksUrl,
  issuer,
  dispatcher,
}: KeySettings & KeySetDependencies): Promise<string> {
  if (jwksUrl !== undefined) {
    return jwksUrl;
  }
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const found = Object(JSON.parse(await fetchText(url, dispatcher)));
  // Another issuer's document would lead to another issuer's keys.
  if (found.issuer !== issuer) {
    throw new Error(
      `The discovery document is not that of AUTH_ISSUER, but of ${JSON.stringify(found.issuer)}.`,
    );
  }
  try {
    return parseSecureUrl(String(found.jwks_uri)).href;
  } catch (error) {
    throw new Error(`jwks_uri of the discovery document ${(error as Error).message}`);
  }
}

async function fetchText(url: string, dispatcher: Dispatcher): Promise<string> {
  const response = await fetch(url, {
    dispatcher,
    headers: { accept: 'application/json, application/jwk-set+json' },
    redirect: 'error',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`The identity provider answers ${response.status} for ${url}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_KEY_SET_BYTES) {
      throw new Error(`The key set is longer than ${MAX_KEY_SET_BYTES} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
