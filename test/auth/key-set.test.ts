// The provider's keys: changed, lost, flooded with questions, and back.
import type { RequestListener } from 'node:http';
import {
  ask,
  BAD,
  createKey,
  GOOD,
  JWKS_UNAVAILABLE,
  type SigningKey,
  sign,
  startProvider,
  startWithTokens,
} from '../support/identity';
import { describeRequest } from '../support/test-app';

let first: SigningKey;
let second: SigningKey;

beforeAll(async () => {
  [first, second] = [await createKey('first'), await createKey('second')];
});

async function start(key: SigningKey, respond?: RequestListener) {
  const provider = await startProvider(key);
  provider.respond = respond;
  const app = await startWithTokens(provider);
  return {
    provider,
    app,
    ask: async (token: string) => {
      const told = await ask(app, token);
      expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(
        told === GOOD ? ['PUT 1001'] : [],
      );
      return told;
    },
    events: () =>
      app.log.map(({ event }) => event).filter((event) => /^jwks\./.test(String(event))),
  };
}

describe("the provider's keys", () => {
  it('are fetched at the start, and then not again for any token of theirs', async () => {
    const { provider, ask, app } = await start(first);
    const tokens = await Promise.all(['a', 'b', 'c'].map((sub) => sign(first, { sub })));
    await Promise.all(
      [...tokens, ...tokens].map((token) => app.post({}, { authorization: `Bearer ${token}` })),
    );
    expect(await ask(tokens[0] ?? '')).toBe(GOOD);
    expect(provider.fetches()).toBe(1);
  });

  it('are fetched again for a key that is new, and the old one is good until it goes', async () => {
    const { provider, app, ask } = await start(first);
    const [old, young] = [await sign(first), await sign(second)];
    expect(await ask(old)).toBe(GOOD);

    provider.keys = [first, second];
    app.clock.advance(30_000);
    expect([await ask(young), await ask(old)]).toEqual([GOOD, GOOD]);
    expect(provider.fetches()).toBe(2);

    // A token that was verified is forgotten with its key.
    provider.keys = [second];
    app.clock.advance(600_001);
    await ask(young);
    // In the background.
    let told = await ask(old);
    while (told === GOOD) {
      told = await ask(old);
    }
    expect([told, await ask(young), provider.fetches()]).toEqual([JWKS_UNAVAILABLE, GOOD, 3]);
    app.clock.advance(30_000);
    expect(await ask(old)).toBe(BAD);
  });

  it('are fetched once in 30 s, however many unknown keys are named', async () => {
    const { provider, app, ask } = await start(first);
    expect(await ask(await sign(first))).toBe(GOOD);
    const answers = new Set<string>();
    const flood = async () => {
      for (let round = 0; round < 4; round += 1) {
        const tokens = await Promise.all(
          Array.from({ length: 50 }, () => sign(second, {}, { kid: Math.random().toString() })),
        );
        for (const told of await Promise.all(tokens.map(ask))) {
          answers.add(told);
        }
      }
    };

    await flood();
    expect([...answers]).toEqual([JWKS_UNAVAILABLE]);
    expect(provider.fetches()).toBe(1);
    app.clock.advance(30_000);
    await flood();
    expect(provider.fetches()).toBe(2);
    app.clock.advance(29_999);
    await flood();
    expect(provider.fetches()).toBe(2);
  }, 30_000);

  it.each<[string, RequestListener]>([
    ['500', (_, response) => void response.writeHead(500).end('x')],
    ['JSON that is no key set', (_, response) => void response.end('{"keys":1}')],
    ['HTML', (_, response) => void response.end('<html>')],
    ['a redirect', (_, response) => void response.writeHead(302, { location: '/other' }).end()],
    [
      'more than needed',
      (_, response) => void response.end(`{"keys":[],"x":"${'x'.repeat(300_000)}"}`),
    ],
    ['nothing', (request) => void request.socket.destroy()],
    [
      'half a response',
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"keys":[', () => request.socket.destroy());
      },
    ],
  ])(
    'that are answered with %s at the start accept no caller, and blame none',
    async (_name, respond) => {
      const { provider, app, ask, events } = await start(first, respond);
      const token = await sign(first);

      expect([await ask(token), await ask(token)]).toEqual([JWKS_UNAVAILABLE, JWKS_UNAVAILABLE]);
      expect(provider.fetches()).toBe(1);
      app.clock.advance(4_999);
      expect(await ask(token)).toBe(JWKS_UNAVAILABLE);
      provider.respond = undefined;
      app.clock.advance(1);
      expect(await ask(token)).toBe(GOOD);
      expect(provider.fetches()).toBe(2);
      expect(events()).toEqual(['jwks.unavailable', 'jwks.recovered']);
    },
  );

  it('say when to try again while they are unknown', async () => {
    const { app } = await start(first, (_, response) => void response.writeHead(503).end());
    const response = await app.post({}, { authorization: `Bearer ${await sign(first)}` });
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.json()).toEqual({
      errors: [
        {
          message: 'Access tokens cannot be checked at the moment. Try again.',
          extensions: { code: 'SERVICE_UNAVAILABLE', correlationId: 'test-request' },
        },
      ],
    });
  });

  it('that were had once are used through an outage, for a day', async () => {
    const { provider, app, ask, events } = await start(first);
    const claims = { exp: 4_000_000_000 };
    expect(await ask(await sign(first, claims))).toBe(GOOD);
    provider.respond = (request) => void request.socket.destroy();

    for (let hour = 1; hour <= 24; hour += 1) {
      app.clock.advance(3_600_000);
      expect(await ask(await sign(first, { ...claims, sub: `at ${hour}` }))).toBe(GOOD);
    }
    app.clock.advance(3_600_000);
    expect(await ask(await sign(first, { ...claims, sub: 'late' }))).toBe(JWKS_UNAVAILABLE);
    expect(events()).toEqual(['jwks.unavailable']);
  });

  it('that cannot be fetched leave open whether an unknown key is good', async () => {
    const { provider, app, ask } = await start(first);
    expect(await ask(await sign(first))).toBe(GOOD);
    provider.respond = (_, response) => void response.writeHead(500).end();
    app.clock.advance(30_000);
    expect(await ask(await sign(second))).toBe(JWKS_UNAVAILABLE);
    expect(await ask(await sign(first, { sub: 'other' }))).toBe(GOOD);
  });
});
