// The router's secret, by which a router may do everything.
import crypto from 'node:crypto';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { createKey, MUTATION, sign, startProvider, startWithTokens } from '../support/identity';
import { startTestApp } from '../support/test-app';

const [CURRENT, PREVIOUS] = ['the-current-router-secret', 'the-previous-router-secret'];

const REFUSAL = {
  errors: [
    {
      message: 'This gateway answers its router alone.',
      extensions: { code: 'UNAUTHENTICATED', correlationId: 'test-request' },
    },
  ],
};

async function start() {
  return startTestApp({ environment: { ROUTER_SECRET: `${CURRENT},${PREVIOUS}` } });
}

async function show(secret: string | undefined) {
  const app = await start();
  const response = await app.post(
    MUTATION,
    secret === undefined ? {} : { 'x-router-secret': secret },
  );
  return {
    status: response.status,
    body: await response.json(),
    requests: app.takeUpstreamRequests().length,
    logText: app.logText(),
  };
}

describe("the router's secret", () => {
  it.each([CURRENT, PREVIOUS])('accepts who sends %s, for everything', async (secret) => {
    const { status, body, requests, logText } = await show(secret);
    expect([status, body, requests]).toEqual([
      200,
      { data: { resendDvEmails: { __typename: 'ResendDvEmailsSuccess' } } },
      1,
    ]);
    expect(logText).not.toContain(secret);
  });

  it.each([
    undefined,
    '',
    CURRENT.slice(0, -1),
    CURRENT.slice(1),
    `${CURRENT}x`,
    `${CURRENT} x`,
    CURRENT.toUpperCase(),
    `${CURRENT},${PREVIOUS}`,
    `${CURRENT}, ${CURRENT}`,
  ])('keeps out who shows %j', async (secret) => {
    const { status, body, requests, logText } = await show(secret);
    expect([status, body, requests]).toEqual([401, REFUSAL, 0]);
    expect(logText).not.toContain(secret || CURRENT);
  });

  it('keeps out who shows it twice', async () => {
    const { url } = await start();
    const body = await new Promise((resolve, reject) => {
      request(
        url,
        {
          method: 'POST',
          headers: { 'x-router-secret': [CURRENT, CURRENT], 'x-request-id': 'test-request' },
        },
        (response) => resolve(json(response)),
      )
        .on('error', reject)
        .end();
    });
    expect(body).toEqual(REFUSAL);
  });

  it('is required before the body is read', async () => {
    const app = await start();
    for (const body of ['{', '', 'x'.repeat(200_000)]) {
      expect((await app.post(body)).status).toBe(401);
    }
  });

  it.each([
    ['the first', CURRENT],
    ['the second', PREVIOUS],
    ['one character', 'x'],
    ['5000 characters', 'x'.repeat(5_000)],
  ])(
    'is compared in constant time, with each there is, for any value sent: %s',
    async (_name, secret) => {
      const compare = jest.spyOn(crypto, 'timingSafeEqual');
      await show(secret);
      const lengths = compare.mock.calls.map(([one, other]) => [one.byteLength, other.byteLength]);
      compare.mockRestore();
      expect(lengths).toEqual([
        [32, 32],
        [32, 32],
      ]);
    },
  );

  it('and a token are both asked for where both are set', async () => {
    const key = await createKey();
    const provider = await startProvider(key);
    const app = await startWithTokens(provider, { environment: { ROUTER_SECRET: CURRENT } });
    const ask = async (headers: Record<string, string>) =>
      (await app.post(MUTATION, headers)).text();
    const secret = { 'x-router-secret': CURRENT };
    const token = { authorization: `Bearer ${await sign(key)}` };
    const reader = {
      authorization: `Bearer ${await sign(key, { scope: 'certificate-orders:read' })}`,
    };

    expect(await ask(secret)).toContain('Send an access token');
    expect(await ask(token)).toContain('answers its router alone');
    // The router's word does not replace the caller's scope.
    expect(await ask({ ...reader, ...secret })).toContain('FORBIDDEN');
    expect(await ask({ ...token, ...secret })).toContain('ResendDvEmailsSuccess');
    expect(app.takeUpstreamRequests()).toHaveLength(1);
  });
});
