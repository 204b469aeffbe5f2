// Access tokens of a real identity provider, found by its discovery document alone: oidc-provider.
import { AUDIENCE, ask, BAD, GOOD, JWKS_UNAVAILABLE } from '../support/identity';
import { startTestApp, type TestApp } from '../support/test-app';
import { type Algorithm, createPrivateKey, type RealProvider, startRealProvider } from './provider';

const ALGORITHMS: readonly Algorithm[] = ['RS256', 'ES256', 'EdDSA'];

async function startApp({ issuer }: RealProvider): Promise<TestApp> {
  const app = await startTestApp({
    environment: { AUTH_ISSUER: issuer, AUTH_AUDIENCE: AUDIENCE },
  });
  // The provider has the system's clock.
  app.clock.set(Date.now() - app.clock.now());
  return app;
}

const reasonsOf = ({ log }: TestApp) =>
  log.filter(({ event }) => event === 'auth.refused').map(({ reason }) => reason);

/** On the same port, so that it is the same issuer. */
const restart = (
  { issuer }: RealProvider,
  ...[alg, keys]: [Algorithm, Parameters<typeof startRealProvider>[1]]
) => startRealProvider(alg, keys, new URL(issuer).port);

describe.each(ALGORITHMS)('tokens signed with %s', (alg) => {
  it('are good for a client and for a person, and no other token is', async () => {
    const provider = await startRealProvider(alg, [await createPrivateKey(alg)]);
    const app = await startApp(provider);
    const { id_token, access_token } = await provider.signIn();

    expect(await ask(app, await provider.issueToken())).toBe(GOOD);
    expect(await ask(app, access_token)).toBe(GOOD);
    expect(app.log.filter(({ event }) => event === 'resend.completed')).toMatchObject([
      { subject: 'support-tool' },
      { subject: 'jane' },
    ]);
    app.takeUpstreamRequests();

    expect(await ask(app, id_token)).toBe(BAD);
    expect(await ask(app, await provider.issueToken({}))).toBe(BAD);
    expect(reasonsOf(app)).toEqual(['id-token', 'malformed']);
  });

  it('are good through a restart of the provider, and while it is away', async () => {
    const keys = [await createPrivateKey(alg)];
    const provider = await startRealProvider(alg, keys);
    const app = await startApp(provider);
    const before = await provider.issueToken();

    expect(await ask(app, before)).toBe(GOOD);
    await provider.stop();
    app.clock.advance(600_001);
    expect(await ask(app, before)).toBe(GOOD);
    const { issueToken } = await restart(provider, alg, keys);
    expect(await ask(app, await issueToken())).toBe(GOOD);
    app.takeUpstreamRequests();
  });

  it('are never 401 after a rotation without overlap, also when a caller made up a key before', async () => {
    const provider = await startRealProvider(alg, [await createPrivateKey(alg)]);
    const app = await startApp(provider);
    const old = await provider.issueToken();
    expect(await ask(app, old)).toBe(GOOD);
    app.clock.advance(30_000);
    const [, payload, signature] = old.split('.');
    const header = Buffer.from(JSON.stringify({ alg, kid: 'made-up', typ: 'at+jwt' }));
    expect(await ask(app, `${header.toString('base64url')}.${payload}.${signature}`)).toBe(BAD);
    await provider.stop();
    const { issueToken } = await restart(provider, alg, [await createPrivateKey(alg)]);
    const good = await issueToken();

    const response = await app.post(
      { query: '{ __typename }' },
      { authorization: `Bearer ${good}` },
    );
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBe(30);
    app.clock.advance(29_999);
    expect(await ask(app, good)).toBe(JWKS_UNAVAILABLE);
    app.clock.advance(1);
    expect(await ask(app, good)).toBe(GOOD);
    expect(await ask(app, old)).toBe(JWKS_UNAVAILABLE);
    app.clock.advance(30_000);
    expect(await ask(app, old)).toBe(BAD);
    app.takeUpstreamRequests();
    const unknown = 'unknown-key';
    const unavailable = 'keys-unavailable';
    expect(reasonsOf(app)).toEqual([unknown, unavailable, unavailable, unavailable, unknown]);
  });
});
