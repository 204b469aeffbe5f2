// What makes an access token good, and every way known to forge one.
import { createHmac } from 'node:crypto';
import { exportSPKI } from 'jose';
import { describeRequest, startTestApp } from '../support/test-app';
import {
  AUDIENCE,
  ask,
  CLAIMS,
  createKey,
  MUTATION,
  NOW_SECONDS,
  type SigningKey,
  sign,
  startProvider,
  startWithTokens,
} from './identity';

const GOOD = '200';
const BAD = '401 UNAUTHENTICATED';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token with any header and payload, and a signature made of both. */
const forge = (header: object, payload: object, signature: (input: string) => string) => {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signature(input)}`;
};

const hmac = (secret: string | Buffer) => (input: string) =>
  createHmac('sha256', secret).update(input).digest('base64url');

let key: SigningKey;

beforeAll(async () => {
  key = await createKey();
});

/** Asks a gateway that knows the key. Only a good token causes a request upstream. */
async function askWith(token: string, atMs = 0): Promise<string> {
  const app = await startWithTokens(await startProvider(key));
  app.clock.advance(atMs);
  const told = await ask(app, token);
  expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(
    told === GOOD ? ['PUT 1001'] : [],
  );
  expect(app.logText()).not.toContain(token.slice(0, 60));
  return told;
}

describe('an access token', () => {
  it.each(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'])('may be signed with %s', async (alg) => {
    const other = await createKey('other', alg);
    const app = await startWithTokens(await startProvider(key, other));

    expect(await ask(app, await sign(other))).toBe(GOOD);

    expect(app.takeUpstreamRequests()).toHaveLength(1);
    expect(app.log).toContainEqual(
      expect.objectContaining({ event: 'resend.completed', subject: 'agent-7' }),
    );
  });

  it.each<[string, object, string]>([
    ['its scope as a list', { scope: ['dv-emails:resend'] }, GOOD],
    ['its scope in scp, as text', { scope: undefined, scp: 'x dv-emails:resend' }, GOOD],
    ['its scope in scp, as a list', { scope: undefined, scp: ['x', 'dv-emails:resend'] }, GOOD],
    ['a list of audiences with ours', { aud: ['x', AUDIENCE] }, GOOD],
    ['no scope', { scope: undefined }, '200 FORBIDDEN'],
    ['a scope that only begins like ours', { scope: 'dv-emails:resend-all' }, '200 FORBIDDEN'],
    ['a scope of another kind', { scope: { 'dv-emails:resend': true } }, '200 FORBIDDEN'],
    ['a scope in other letters', { scope: 'DV-EMAILS:RESEND' }, '200 FORBIDDEN'],
    ['another issuer', { iss: 'https://evil.example/' }, BAD],
    ['an issuer less a slash', { iss: 'https://id.example.com' }, BAD],
    ['no issuer', { iss: undefined }, BAD],
    ['another audience', { aud: 'billing' }, BAD],
    ['no audience', { aud: undefined }, BAD],
    ['no subject', { sub: undefined }, BAD],
    ['an empty subject', { sub: '' }, BAD],
    ['a subject that is no text', { sub: 7 }, BAD],
    ['a subject of 1000 characters', { sub: 'x'.repeat(1_000) }, BAD],
    ['no end', { exp: undefined }, BAD],
    ['an end that is text', { exp: '2100-01-01' }, BAD],
    ['an end 31 s ago', { exp: NOW_SECONDS - 31 }, BAD],
    ['an end 29 s ago, which clocks may differ by', { exp: NOW_SECONDS - 29 }, GOOD],
    ['a beginning in 31 s', { nbf: NOW_SECONDS + 31 }, BAD],
    ['a beginning in 29 s', { nbf: NOW_SECONDS + 29 }, GOOD],
  ])('with %s', async (_name, claims, told) => {
    expect(await askWith(await sign(key, claims as Record<string, unknown>))).toBe(told);
  });

  it.each<[string, object, string]>([
    ['no key id', { kid: undefined }, BAD],
    ['a key id that is no text', { kid: 1 }, BAD],
    ['an empty key id', { kid: '' }, BAD],
    ['a key id that nobody knows', { kid: 'third' }, BAD],
    ['an extension nobody understands', { crit: ['x'], x: 1 }, BAD],
    ['keys of its own', { jwk: { kty: 'oct', k: 'AAAA' } }, GOOD],
    [
      'an address of keys of its own',
      { jku: 'http://127.0.0.1:9/keys', x5u: 'http://127.0.0.1:9/x' },
      GOOD,
    ],
  ])('with a header that has %s', async (_name, header, told) => {
    const token = forge({ alg: 'ES256', kid: 'first', ...header }, CLAIMS, () => '');
    const [head] = token.split('.');
    // What is in the header besides is signed, so the forger needs our provider's key; it changes nothing.
    const signed = await signRaw(`${head}.${encode(CLAIMS)}`);
    expect(await askWith(signed)).toBe(told);
  });

  it('that embeds the key of its forger is refused', async () => {
    const forger = await createKey('first');
    expect(await askWith(await sign(forger, {}, { jwk: forger.jwk }))).toBe(BAD);
  });

  it('without a signature is refused', async () => {
    for (const alg of ['none', 'None', 'NONE', '']) {
      expect(await askWith(forge({ alg, kid: 'first' }, CLAIMS, () => ''))).toBe(BAD);
      expect(await askWith(forge({ alg, kid: 'first' }, CLAIMS, () => 'AAAA'))).toBe(BAD);
    }
  });

  it('signed with the public key as a shared secret is refused', async () => {
    const rsa = await createKey('first', 'RS256');
    const provider = await startProvider(rsa);
    const app = await startWithTokens(provider);
    const pem = await exportSPKI(rsa.publicKey);
    for (const secret of [
      pem,
      pem.trim(),
      JSON.stringify(rsa.jwk),
      Buffer.from(rsa.jwk.n ?? '', 'base64url'),
    ]) {
      for (const header of [{ kid: 'first' }, {}]) {
        const token = forge({ alg: 'HS256', ...header }, CLAIMS, hmac(secret));
        expect(await ask(app, token)).toBe(BAD);
      }
    }
  });

  it('that was changed after it was signed is refused', async () => {
    const [header, , signature = ''] = (await sign(key)).split('.');
    expect(await askWith(`${header}.${encode({ ...CLAIMS, sub: 'root' })}.${signature}`)).toBe(BAD);
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    expect(await askWith(`${header}.${encode(CLAIMS)}.${flipped}`)).toBe(BAD);
  });

  it('signed by another key of the same name is refused', async () => {
    expect(await askWith(await sign(await createKey('first')))).toBe(BAD);
  });

  it.each([
    'x',
    'a.b',
    'a.b.c',
    '..',
    '{}.{}.{}',
    `${encode(null)}.${encode(null)}.`,
    `${encode([])}.e30.AA`,
    `${encode({ alg: 'ES256', kid: 'first' })}.${'A'.repeat(9_000)}.AA`,
    'eyJhbGciOiJFUzI1NiJ9.%00.%ff',
  ])('that is none is refused: %.20s', async (token) => {
    expect(await askWith(token)).toBe(BAD);
  });

  it('of 100 kB is refused with the headers it came in', async () => {
    const app = await startWithTokens(await startProvider(key));
    const response = await app.post(MUTATION, { authorization: `Bearer ${'x'.repeat(100_000)}` });
    expect(response.status).toBe(431);
  });

  it('that is expected and missing is asked for, before the body is looked at', async () => {
    const app = await startWithTokens(await startProvider(key));
    const headers: Record<string, string>[] = [
      {},
      { authorization: 'Basic dXNlcjpwYXNz' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer a b' },
      { authorization: await sign(key) },
    ];
    for (const header of headers) {
      for (const body of [JSON.stringify(MUTATION), '{', '']) {
        const response = await app.post(body, header);
        expect(response.status).toBe(401);
        expect(response.headers.get('www-authenticate')).toBe('Bearer');
        expect(await response.json()).toEqual({
          errors: [
            {
              message: 'Send an access token: Authorization: Bearer <token>.',
              extensions: { code: 'UNAUTHENTICATED', correlationId: 'test-request' },
            },
          ],
        });
      }
    }
  });

  it('that is bad is told to be so, and nothing of why', async () => {
    const app = await startWithTokens(await startProvider(key));
    const token = await sign(key, { exp: 1 });
    const response = await app.post(MUTATION, { authorization: `Bearer ${token}` });
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(await response.json()).toEqual({
      errors: [
        {
          message: 'The access token is not valid, or not any more.',
          extensions: { code: 'UNAUTHENTICATED', correlationId: 'test-request' },
        },
      ],
    });
    expect(app.log).toContainEqual(expect.objectContaining({ event: 'auth.refused' }));
  });

  it('that is remembered ends all the same', async () => {
    const app = await startWithTokens(await startProvider(key));
    const token = await sign(key, { exp: NOW_SECONDS + 60 });
    const told = [await ask(app, token)];
    app.clock.advance(89_000);
    told.push(await ask(app, token));
    app.clock.advance(1_000);
    told.push(await ask(app, token));
    expect(told).toEqual([GOOD, GOOD, BAD]);
    app.takeUpstreamRequests();
  });

  it('is not needed for the page, nor for a preflight', async () => {
    const app = await startWithTokens(await startProvider(key));
    const page = await fetch(app.url, { headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
    const query = await fetch(`${app.url}?query={__typename}`, {
      headers: { accept: 'text/html', 'apollo-require-preflight': '1' },
    });
    expect(query.status).toBe(401);
    const preflight = await fetch(app.url, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://studio.apollographql.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(preflight.status).toBe(204);
  });

  it('is not asked for where nothing is set', async () => {
    const app = await startTestApp();
    expect(await ask(app, 'whatever')).toBe(GOOD);
    app.takeUpstreamRequests();
  });
});

async function signRaw(input: string): Promise<string> {
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    key.privateKey,
    Buffer.from(input),
  );
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}
