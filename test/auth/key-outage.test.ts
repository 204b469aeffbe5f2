// The provider's keys when the provider is slow, silent, hostile or wrong, and what is remembered of them.
import type { RequestListener } from 'node:http';
import { createDeferred } from '../support/deferred';
import {
  ask,
  BAD,
  CLAIMS,
  createKey,
  forge,
  GOOD,
  JWKS_UNAVAILABLE,
  type Provider,
  type SigningKey,
  sign,
  startProvider,
  startWithTokens,
} from '../support/identity';

const NEVER = { exp: 4_000_000_000 };
const HOUR_MS = 3_600_000;
const REFRESH_AFTER_MS = 600_000;

let first: SigningKey;
let second: SigningKey;

beforeAll(async () => {
  [first, second] = [await createKey('first'), await createKey('second')];
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** A gateway that everything but the keys may be asked of: what goes upstream is not looked at. */
async function start(provider: Provider) {
  const app = await startWithTokens(provider);
  return {
    app,
    ask: async (token: string) => {
      const told = await ask(app, token);
      app.takeUpstreamRequests();
      return told;
    },
    events: () => app.log.map(({ event }) => event).filter((event) => event !== 'resend.completed'),
  };
}

describe('an outage of the provider', () => {
  it.each<[string, RequestListener]>([
    ['404', (_, response) => void response.writeHead(404).end('{"keys":[]}')],
    ['204', (_, response) => void response.writeHead(204).end()],
    ['an empty body', (_, response) => void response.end()],
    ['null', (_, response) => void response.end('null')],
    ['a list', (_, response) => void response.end('[]')],
    ['a list of what are no keys', (_, response) => void response.end('{"keys":[1]}')],
    [
      'a body without end',
      (_, response) => {
        // From Node 26 on, only the error says that the connection was closed.
        const more = (error?: Error | null) =>
          void (error || response.destroyed || response.write('x'.repeat(65_536), more));
        more();
      },
    ],
  ])('is also a response of %s', async (_name, respond) => {
    const provider = await startProvider(first);
    provider.respond = respond;
    const { app, ask, events } = await start(provider);
    const told = [await ask(await sign(first))];
    provider.respond = undefined;
    app.clock.advance(5_000);
    told.push(await ask(await sign(first)));
    expect([told, events()]).toEqual([
      [JWKS_UNAVAILABLE, GOOD],
      ['jwks.unavailable', 'auth.refused', 'jwks.recovered'],
    ]);
  });

  it('is also that no server listens', async () => {
    const { app, ask } = await start({ jwksUrl: 'http://127.0.0.1:9/' } as Provider);
    expect(await ask(await sign(first))).toBe(JWKS_UNAVAILABLE);
    expect(app.log).toContainEqual(
      expect.objectContaining({ event: 'jwks.unavailable', hasKeys: false }),
    );
  });

  it('is also a response that does not come within 5 s', async () => {
    const provider = await startProvider(first);
    const arrived = createDeferred();
    provider.respond = (_, response) => response.write('{"keys":[', arrived.resolve);
    const deadline = new AbortController();
    const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(deadline.signal);
    const { ask } = await start(provider);

    const told = ask(await sign(first));
    await arrived.promise;
    deadline.abort();

    expect([await told, timeout.mock.calls]).toEqual([JWKS_UNAVAILABLE, [[5_000]]]);
  });

  it("is also a redirect, which is not followed to its target's keys", async () => {
    const [provider, hideout] = [await startProvider(first), await startProvider(second)];
    const { ask } = await start(provider);
    for (const status of [301, 302, 303, 307, 308]) {
      provider.respond = (_, response) =>
        void response.writeHead(status, { location: hideout.jwksUrl }).end();
      expect(await ask(await sign(second))).toBe(JWKS_UNAVAILABLE);
    }
    expect(hideout.fetches()).toBe(0);
  });

  it('is asked about once in 5 s, however many ask', async () => {
    const provider = await startProvider(first);
    provider.respond = (_, response) => void response.writeHead(503).end();
    const { app, ask, events } = await start(provider);
    for (const fetches of [1, 2, 3]) {
      const told = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          ask(forge({ alg: 'ES256', kid: `${fetches}-${index}` }, CLAIMS, () => 'AAAA')),
        ),
      );
      expect([new Set(told), provider.fetches()]).toEqual([new Set([JWKS_UNAVAILABLE]), fetches]);
      app.clock.advance(5_000);
    }
    expect(events().filter((event) => event === 'jwks.unavailable')).toHaveLength(1);
  });

  it('delays no caller while keys are cached', async () => {
    const provider = await startProvider(first);
    const { app, ask } = await start(provider);
    expect(await ask(await sign(first))).toBe(GOOD);
    // The response never comes.
    provider.respond = () => {};
    app.clock.advance(REFRESH_AFTER_MS + 1);
    expect([await ask(await sign(first)), await ask(await sign(first, { sub: 'new' }))]).toEqual([
      GOOD,
      GOOD,
    ]);
  });

  it('of a day ends the trust in what was remembered too, and its end restores that', async () => {
    const provider = await startProvider(first);
    const { app, ask, events } = await start(provider);
    const token = await sign(first, NEVER);
    const told = [await ask(token)];
    provider.respond = (_, response) => void response.writeHead(500).end();

    app.clock.advance(24 * HOUR_MS);
    told.push(await ask(token));
    app.clock.advance(1);
    told.push(await ask(token));
    provider.respond = undefined;
    app.clock.advance(5_000);
    told.push(await ask(token));

    expect(told).toEqual([GOOD, GOOD, JWKS_UNAVAILABLE, GOOD]);
    expect(events()).toEqual(['jwks.unavailable', 'auth.refused', 'jwks.recovered']);
  });
});

describe('a change of keys', () => {
  it('is noticed after 10 min, while nothing comes but a token of the old key', async () => {
    const provider = await startProvider(first);
    const { app, ask } = await start(provider);
    const token = await sign(first, NEVER);
    expect(await ask(token)).toBe(GOOD);
    provider.keys = [second];

    app.clock.advance(REFRESH_AFTER_MS);
    expect([await ask(token), provider.fetches()]).toEqual([GOOD, 1]);
    app.clock.advance(1);
    // In the background: the first caller is not kept waiting.
    let told = await ask(token);
    while (told === GOOD) {
      told = await ask(token);
    }
    expect([told, provider.fetches()]).toEqual([JWKS_UNAVAILABLE, 2]);
    app.clock.advance(30_000);
    expect(await ask(token)).toBe(BAD);
  });

  it('that is not valid leaves verified tokens remembered', async () => {
    const provider = await startProvider(first);
    const { app, ask } = await start(provider);
    const token = await sign(first, NEVER);
    // The first may be forgotten: the keys came while it was checked.
    await ask(token);
    await ask(token);
    const verify = jest.spyOn(crypto.subtle, 'verify');
    app.clock.advance(REFRESH_AFTER_MS + 1);
    while (provider.fetches() < 2) {
      await ask(token);
    }
    // The next fetch can only begin when this one has ended.
    app.clock.advance(REFRESH_AFTER_MS + 1);
    while (provider.fetches() < 3) {
      await ask(token);
    }
    expect([await ask(token), verify.mock.calls]).toEqual([GOOD, []]);
  });

  it('while a token of the old key is verified does not let it be remembered', async () => {
    const provider = await startProvider(first);
    const { app, ask } = await start(provider);
    expect(await ask(await sign(first, { sub: 'earlier' }))).toBe(GOOD);
    app.clock.advance(30_000);
    const [begun, held] = [createDeferred(), createDeferred()];
    const verify = crypto.subtle.verify.bind(crypto.subtle);
    jest.spyOn(crypto.subtle, 'verify').mockImplementationOnce(async (...args) => {
      begun.resolve();
      await held.promise;
      return verify(...(args as Parameters<typeof verify>));
    });
    const token = await sign(first, NEVER);

    const early = ask(token);
    await begun.promise;
    provider.keys = [second];
    const late = await ask(await sign(second));
    held.resolve();

    expect([await early, late]).toEqual([GOOD, GOOD]);
    app.clock.advance(30_000);
    expect(await ask(token)).toBe(BAD);
  });
});

describe('a key set', () => {
  const broken = { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA', kid: 'second', alg: 'ES256' };

  it.each<[string, (key: SigningKey) => object]>([
    ['a key that is broken', () => broken],
    ['a key for encryption', ({ jwk }) => ({ ...jwk, use: 'enc' })],
    ['a key for another algorithm', ({ jwk }) => ({ ...jwk, alg: 'ES384' })],
    ['a key of an unknown kind', () => ({ kty: 'XYZ', kid: 'second' })],
    ['a key without a name', ({ jwk: { kid: _, ...jwk } }) => jwk],
  ])('with %s is good for the others', async (_name, toJwk) => {
    const provider = await startProvider(first, { ...second, jwk: toJwk(second) });
    const { app, ask, events } = await start(provider);
    expect(await ask(await sign(first))).toBe(GOOD);
    app.clock.advance(30_000);
    expect(await ask(await sign(second))).toBe(BAD);
    expect(events()).not.toContain('request.failed');
  });

  it('without any key accepts no caller', async () => {
    const { app, ask, events } = await start(await startProvider());
    expect(await ask(await sign(first))).toBe(JWKS_UNAVAILABLE);
    app.clock.advance(30_000);
    expect(await ask(await sign(first))).toBe(BAD);
    expect(events()).toContain('jwks.unusable');
  });
});
