// The identity provider's public keys (a JWKS, RFC 7517): fetched when they are needed, never more often
// than the cool-down allows, and kept through an outage of the provider.
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Logger } from 'pino';
// Loaded anyway; Node's global one brings a second undici into memory, some 10 MB.
import { fetch } from 'undici';
import type { Clock } from '../lib/clock';
import { CodedError } from '../lib/coded-error';

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

const JWKS_UNAVAILABLE = new CodedError(
  'SERVICE_UNAVAILABLE',
  'Access tokens cannot be checked at the moment. Try again.',
  { status: 503, headers: { 'retry-after': '5' } },
);

export class KeySet {
  #keys: JWTVerifyGetKey | undefined;
  // Not '' at first: a response without a body must count as a change, so that it is found to be no key set.
  #keysText: string | undefined;
  #fetchedAtMs = Number.NEGATIVE_INFINITY;
  #fetchableAtMs = Number.NEGATIVE_INFINITY;
  #failing = false;
  #fetching: Promise<void> | undefined;

  constructor(
    private readonly options: { readonly url: string; readonly clock: Clock; readonly log: Logger },
  ) {}

  /** The key a token is signed with. Rejects with an error of jose's, or {@link JWKS_UNAVAILABLE}. */
  readonly getKey: JWTVerifyGetKey = async (header, token) => {
    const keys = await this.#usableKeys();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) {
        throw error;
      }
    }
    // The provider may have changed its keys since.
    await this.#refresh();
    if (this.#failing) {
      throw JWKS_UNAVAILABLE;
    }
    return (this.#keys ?? keys)(header, token);
  };

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

  async #usableKeys(): Promise<JWTVerifyGetKey> {
    if (!this.isUsable) {
      await this.#refresh();
    }
    if (!this.#keys || !this.isUsable) {
      throw JWKS_UNAVAILABLE;
    }
    return this.#keys;
  }

  /** Fetches the keys, unless that was tried a moment ago. Never rejects. */
  #refresh(): Promise<void> {
    if (!this.#fetching && this.options.clock.monotonicMs() >= this.#fetchableAtMs) {
      this.#fetching = this.#fetch().finally(() => {
        this.#fetching = undefined;
      });
    }
    return this.#fetching ?? Promise.resolve();
  }

  async #fetch(): Promise<void> {
    const { url, clock, log } = this.options;
    try {
      const text = await fetchText(url);
      if (text !== this.#keysText) {
        this.#keys = createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
        this.#keysText = text;
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
        log.error(
          { event: 'jwks.unavailable', hasKeys: this.#keys !== undefined, err: error },
          'the keys of the identity provider cannot be fetched; the cached ones stay in use',
        );
      }
    }
  }
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, {
    headers: { accept: 'application/json, application/jwk-set+json' },
    redirect: 'error',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`The identity provider answers ${response.status}.`);
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
