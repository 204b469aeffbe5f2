// What makes an access token good, and for how long.

import {
  AUDIENCE,
  ask,
  askAndLook,
  BAD,
  createKey,
  GOOD,
  NOW_SECONDS,
  type SigningKey,
  sign,
  startProvider,
  startWithTokens,
} from '../support/identity';
import type { TestApp } from '../support/test-app';

let key: SigningKey;
/** Knows the key. */
let gateway: TestApp;

beforeAll(async () => {
  key = await createKey();
  gateway = await startWithTokens(await startProvider(key));
});

describe('an access token', () => {
  it.each([
    'RS256',
    'RS384',
    'RS512',
    'PS256',
    'PS384',
    'PS512',
    'ES256',
    'ES384',
    'ES512',
    'EdDSA',
    'Ed25519',
  ])('may be signed with %s', async (alg) => {
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
    ['some scopes in scope and some in scp', { scope: 'x', scp: ['dv-emails:resend'] }, GOOD],
    ['a list of audiences with ours', { aud: ['x', AUDIENCE] }, GOOD],
    ['no scope', { scope: undefined }, '200 FORBIDDEN'],
    ['no scope but null', { scope: null, scp: null }, '200 FORBIDDEN'],
    ['a scope that only begins like ours', { scope: 'dv-emails:resend-all' }, '200 FORBIDDEN'],
    ['a scope of another kind', { scope: { 'dv-emails:resend': true } }, '200 FORBIDDEN'],
    ['a scope in a list in a list', { scope: [['dv-emails:resend']] }, '200 FORBIDDEN'],
    ['a scope in other letters', { scope: 'DV-EMAILS:RESEND' }, '200 FORBIDDEN'],
    ['another issuer', { iss: 'https://evil.example/' }, BAD],
    ['an issuer less a slash', { iss: 'https://id.example.com' }, BAD],
    ['a list of issuers with ours', { iss: ['https://id.example.com/'] }, BAD],
    ['no issuer', { iss: undefined }, BAD],
    ['another audience', { aud: 'billing' }, BAD],
    ['an audience that ours is a part of', { aud: `${AUDIENCE}-test` }, BAD],
    ['no audience', { aud: undefined }, BAD],
    ['no audience in the list', { aud: [] }, BAD],
    ['no subject', { sub: undefined }, BAD],
    ['an empty subject', { sub: '' }, BAD],
    ['a subject that is no text', { sub: 7 }, BAD],
    ['a subject of 255 characters', { sub: 'x'.repeat(255) }, GOOD],
    ['a subject of 256 characters', { sub: 'x'.repeat(256) }, BAD],
    ['a subject of 10 kB', { sub: 'x'.repeat(10_000) }, BAD],
    ['no end', { exp: undefined }, BAD],
    ['an end that is text', { exp: '2100-01-01' }, BAD],
    ['an end 30 s ago', { exp: NOW_SECONDS - 30 }, BAD],
    ['an end 29 s ago, which clocks may differ by', { exp: NOW_SECONDS - 29 }, GOOD],
    ['a beginning in 31 s', { nbf: NOW_SECONDS + 31 }, BAD],
    ['a beginning in 30 s, which clocks may differ by', { nbf: NOW_SECONDS + 30 }, GOOD],
    ['a beginning that is text', { nbf: 'now' }, BAD],
    ['6 kB', { x: 'x'.repeat(5_500) }, GOOD],
    ['15 kB', { x: 'x'.repeat(11_000) }, GOOD],
  ])('with %s', async (_name, claims, told) => {
    expect(await askAndLook(gateway, await sign(key, claims as Record<string, unknown>))).toBe(
      told,
    );
  });

  it('is verified once in 100 calls', async () => {
    const provider = await startProvider(key);
    const app = await startWithTokens(provider);
    const token = await sign(key);
    // Its keys have been fetched.
    await ask(app, await sign(key, { sub: 'other' }));
    const verify = jest.spyOn(crypto.subtle, 'verify');

    const told: string[] = [];
    for (let call = 0; call < 100; call += 1) {
      told.push(await ask(app, token));
    }

    const verified = verify.mock.calls.length;
    verify.mockRestore();
    expect([new Set(told), verified, provider.fetches()]).toEqual([new Set([GOOD]), 1, 1]);
    expect(app.takeUpstreamRequests()).toHaveLength(101);
  });

  it('that is remembered lends nothing to one that differs in its signature', async () => {
    const app = await startWithTokens(await startProvider(key));
    const token = await sign(key);
    const [header, payload, signature = ''] = token.split('.');
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);

    expect([
      await ask(app, token),
      await ask(app, `${header}.${payload}.${flipped}`),
      await ask(app, `${header}.${payload}.`),
    ]).toEqual([GOOD, BAD, BAD]);
    app.takeUpstreamRequests();
  });

  it('that is remembered ends anyway', async () => {
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
});
