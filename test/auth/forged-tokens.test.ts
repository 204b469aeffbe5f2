// Every way known to forge an access token, or to make the gateway trust another party's keys.
import { createHmac } from 'node:crypto';
import { exportSPKI } from 'jose';
import {
  ask,
  askAndLook,
  BAD,
  CLAIMS,
  createKey,
  forge,
  GOOD,
  JWKS_UNAVAILABLE,
  MUTATION,
  type SigningKey,
  sign,
  signRaw,
  startProvider,
  startWithTokens,
} from '../support/identity';
import type { TestApp } from '../support/test-app';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

const hmac = (secret: string | Buffer) => (input: string) =>
  createHmac('sha256', secret).update(input).digest('base64url');

let key: SigningKey;
/** Knows the key. */
let gateway: TestApp;

beforeAll(async () => {
  key = await createKey();
  gateway = await startWithTokens(await startProvider(key));
});

describe('a token', () => {
  // These are signed with the provider's key, so what else is in the header must change nothing.
  it.each<[string, object, string]>([
    ['no key id', { kid: undefined }, BAD],
    ['a key id that is no text', { kid: 1 }, BAD],
    ['a list of key ids', { kid: ['first'] }, BAD],
    ['an empty key id', { kid: '' }, BAD],
    // The keys were read a moment ago: whether there is one of that name by now is not known.
    ['an unknown key id', { kid: 'third' }, JWKS_UNAVAILABLE],
    ['a key id that objects have', { kid: '__proto__' }, JWKS_UNAVAILABLE],
    ['another algorithm than its key has', { alg: 'ES384' }, BAD],
    ['no algorithm', { alg: undefined }, BAD],
    ['an unknown extension', { crit: ['x'], x: 1 }, BAD],
    ['an empty list of extensions', { crit: [] }, BAD],
    ['a payload that is not encoded', { b64: false, crit: ['b64'] }, BAD],
    ['no type', { typ: undefined }, GOOD],
    ...['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/jwt', 'Application/at+JWT'].map(
      (typ): [string, object, string] => [`the type ${typ}`, { typ }, GOOD],
    ),
    ...[
      'dpop+jwt',
      'logout+jwt',
      'id_token+jwt',
      'JWE',
      'at+jwt+jwt',
      'text/jwt',
      'application/application/jwt',
      'jwt ',
      '',
      null,
      7,
      ['JWT'],
      { jwt: 'JWT' },
    ].map((typ): [string, object, string] => [`the type ${JSON.stringify(typ)}`, { typ }, BAD]),
    ['keys of its own', { jwk: { kty: 'oct', k: 'AAAA' } }, GOOD],
  ])('with a header that has %s', async (_name, header, told) => {
    expect(await askAndLook(gateway, await signRaw(key, header))).toBe(told);
  });

  it.each(['first', 'forger'])(
    "that points at its forger's keys, as %s, is refused, and those are not fetched",
    async (kid) => {
      const forger = await createKey(kid);
      const [provider, hideout] = [await startProvider(key), await startProvider(forger)];
      const app = await startWithTokens(provider);
      const { jwksUrl } = hideout;
      const refused = kid === 'first' ? BAD : JWKS_UNAVAILABLE;
      for (const header of [
        { jku: jwksUrl },
        { x5u: jwksUrl },
        { jku: jwksUrl, x5u: jwksUrl, jwk: forger.jwk },
        { jwk: forger.jwk },
        { x5c: ['AAAA'], x5t: 'AAAA' },
      ]) {
        expect(await ask(app, await sign(forger, {}, header))).toBe(refused);
      }
      // By the issuer it names neither.
      expect(await ask(app, await sign(forger, { iss: jwksUrl }))).toBe(refused);
      expect([provider.fetches(), hideout.fetches()]).toEqual([1, 0]);
    },
  );

  it('without a signature is refused', async () => {
    const app = await startWithTokens(await startProvider(key));
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '', 'ES256']) {
      expect(
        await ask(
          app,
          forge({ alg, kid: 'first' }, CLAIMS, () => ''),
        ),
      ).toBe(BAD);
      expect(
        await ask(
          app,
          forge({ alg, kid: 'first' }, CLAIMS, () => 'AAAA'),
        ),
      ).toBe(BAD);
    }
  });

  it('signed with a signature of noughts is refused', async () => {
    const noughts = Buffer.alloc(64).toString('base64url');
    expect(
      await askAndLook(
        gateway,
        forge({ alg: 'ES256', kid: 'first' }, CLAIMS, () => noughts),
      ),
    ).toBe(BAD);
  });

  it('signed with the public key as a shared secret is refused', async () => {
    const rsa = await createKey('first', 'RS256');
    const app = await startWithTokens(await startProvider(rsa));
    const pem = await exportSPKI(rsa.publicKey);
    for (const secret of [
      '',
      pem,
      pem.trim(),
      `${pem.trim()}\n`,
      JSON.stringify(rsa.jwk),
      Buffer.from(rsa.jwk.n ?? '', 'base64url'),
    ]) {
      for (const header of [{ kid: 'first' }, {}]) {
        const token = forge({ alg: 'HS256', ...header }, CLAIMS, hmac(secret));
        expect(await ask(app, token)).toBe(BAD);
      }
    }
  });

  it('signed with a shared secret is refused, even if the provider has published the secret', async () => {
    const secret = Buffer.alloc(32, 1);
    const k = secret.toString('base64url');
    const jwk = { kty: 'oct', k, kid: 'shared', alg: 'HS256' };
    const app = await startWithTokens(await startProvider({ ...key, jwk }));
    const token = forge({ alg: 'HS256', kid: 'shared' }, CLAIMS, hmac(secret));
    expect(await ask(app, token)).toBe(BAD);
  });

  it('that was changed after it was signed is refused', async () => {
    const app = await startWithTokens(await startProvider(key));
    const [header, payload, signature = ''] = (await sign(key)).split('.');
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    for (const token of [
      `${header}.${encode({ ...CLAIMS, sub: 'root' })}.${signature}`,
      `${encode({ alg: 'ES256', kid: 'first', typ: 'JWT' })}.${payload}.${signature}`,
      `${header}.${payload}.${flipped}`,
      `${header}.${payload}.${signature.slice(0, -4)}`,
      `${header}.${payload}.${signature}AAAA`,
      `${header}.${payload}.${signature}.`,
      `${header}.${payload}`,
    ]) {
      expect(await ask(app, token)).toBe(BAD);
    }
  });

  it('signed by another key of the same name is refused', async () => {
    expect(await askAndLook(gateway, await sign(await createKey('first')))).toBe(BAD);
  });

  it.each(
    [
      'x',
      'a.b',
      'a.b.c',
      '..',
      '....',
      '{}.{}.{}',
      `${encode(null)}.${encode(null)}.`,
      `${encode([])}.e30.AA`,
      `${encode({ alg: 'ES256', kid: 'first' })}.e30.AA.AA.AA`,
      `${encode({ alg: 'ES256', kid: 'first' })}.%%%.AA`,
      `${encode({ alg: 'ES256', kid: 'first' })}.${'A'.repeat(9_000)}.AA`,
      'eyJhbGciOiJFUzI1NiJ9.%00.%ff',
      '\u00e9\u00ff.\u0080.\u00fc',
    ].map((token) => ({ token, start: token.slice(0, 20) })),
  )('that is malformed is refused: $start', async ({ token }) => {
    expect(await askAndLook(gateway, token)).toBe(BAD);
  });

  it('with an algorithm that is never good is refused', async () => {
    const app = await startWithTokens(await startProvider(key));
    for (const alg of ['none', 'HS256', 'HS512', 'RSA1_5', 'dir', 'toString', '__proto__']) {
      expect(await ask(app, forge({ alg, kid: 'first' }, CLAIMS, hmac('x')))).toBe(BAD);
    }
  });

  it('that is malformed is not logged, so that no caller can fill the log', async () => {
    const app = await startWithTokens(await startProvider(key));
    await ask(app, 'x');
    expect(app.log.map(({ event }) => event)).toEqual(['auth.refused']);
  });

  it('of 100 kB is refused with the headers it came in', async () => {
    const app = await startWithTokens(await startProvider(key));
    const response = await app.post(MUTATION, { authorization: `Bearer ${'x'.repeat(100_000)}` });
    expect(response.status).toBe(431);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'REQUEST_HEADER_FIELDS_TOO_LARGE' } }],
    });
  });
});
