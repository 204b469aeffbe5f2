// Access tokens as identity providers write them, and the keys where their discovery says.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeLater } from '../support/close-later';
import {
  AUDIENCE,
  ask,
  BAD,
  createKey,
  GOOD,
  ISSUER,
  JWKS_UNAVAILABLE,
  type SigningKey,
  sign,
  startProvider,
  startWithTokens,
} from '../support/identity';
import { startTestApp, type TestApp } from '../support/test-app';

let key: SigningKey;

beforeAll(async () => {
  key = await createKey();
});

const start = async (environment: Record<string, string> = {}) =>
  startWithTokens(await startProvider(key), { environment });

const reasonsOf = (app: TestApp) =>
  app.log.filter(({ event }) => event === 'auth.refused').map(({ reason }) => reason);

const NO_SCOPE = { scope: undefined };

describe('the access token of a provider', () => {
  it.each<[string, object, Record<string, string>]>([
    ['Entra, delegated', { ...NO_SCOPE, scp: 'dv-emails:resend' }, {}],
    [
      'Entra, application',
      { ...NO_SCOPE, roles: ['dv-emails:resend'] },
      { AUTH_SCOPE_CLAIMS: 'scp,roles' },
    ],
    [
      'Auth0 with RBAC',
      { scope: 'openid', permissions: ['dv-emails:resend'] },
      { AUTH_SCOPE_CLAIMS: 'permissions' },
    ],
    ['Okta', { ...NO_SCOPE, scp: ['dv-emails:resend'], cid: 'app' }, {}],
    [
      'Cognito, machine',
      {
        aud: undefined,
        sub: undefined,
        client_id: AUDIENCE,
        token_use: 'access',
        scope: 'https://dv.example/dv-emails:resend',
      },
      { AUTH_SCOPE_PREFIX: 'https://dv.example/' },
    ],
    [
      'Keycloak, roles of a client, without sub',
      {
        ...NO_SCOPE,
        sub: undefined,
        azp: 'support',
        typ: 'Bearer',
        resource_access: { dv: { roles: ['dv-emails:resend'] } },
      },
      { AUTH_SCOPE_CLAIMS: 'resource_access.dv.roles' },
    ],
    [
      'a claim whose name has dots, before a path',
      { ...NO_SCOPE, 'https://dv.example/scopes': ['dv-emails:resend'] },
      { AUTH_SCOPE_CLAIMS: 'https://dv.example/scopes' },
    ],
    ['Spring', { scope: ['dv-emails:resend'] }, {}],
    ['Ory Hydra', { ...NO_SCOPE, scp: ['dv-emails:resend'], client_id: 'app' }, {}],
  ])('is good with its settings: %s', async (_name, claims, environment) => {
    const app = await start(environment);

    expect(await ask(app, await sign(key, claims as Record<string, unknown>))).toBe(GOOD);
    app.takeUpstreamRequests();
  });

  it.each<[object, Record<string, string>]>([
    [{ roles: ['dv-emails:resend'] }, {}],
    [{ permissions: ['dv-emails:resend'] }, { AUTH_SCOPE_CLAIMS: 'roles' }],
    [{ roles: { 0: 'dv-emails:resend' } }, { AUTH_SCOPE_CLAIMS: 'roles' }],
    [{ roles: [['dv-emails:resend']] }, { AUTH_SCOPE_CLAIMS: 'roles' }],
    [
      { resource_access: { other: { roles: ['dv-emails:resend'] } } },
      { AUTH_SCOPE_CLAIMS: 'resource_access.dv.roles' },
    ],
    [
      { scope: 'https://evil.example/dv-emails:resend' },
      { AUTH_SCOPE_PREFIX: 'https://dv.example/' },
    ],
  ])('with %j and %j may do nothing', async (claims, environment) => {
    const app = await start(environment);

    expect(await ask(app, await sign(key, { ...NO_SCOPE, ...claims }))).toBe('200 FORBIDDEN');
  });

  it('that names its key by x5t alone, as AD FS does, is refused', async () => {
    const app = await start();

    expect(await ask(app, await sign(key, {}, { kid: undefined, x5t: 'x' }))).toBe(BAD);

    expect(reasonsOf(app)).toEqual(['no-key-id']);
  });

  it.each([
    [{ sub: undefined, client_id: 'machine' }, 'client:machine'],
    [{ sub: undefined, azp: 'machine' }, 'client:machine'],
    [{ sub: undefined, cid: 'machine' }, 'client:machine'],
    [{ client_id: 'machine' }, 'agent-7'],
  ])('with %j is that of %s', async (claims, subject) => {
    const app = await start();

    expect(await ask(app, await sign(key, claims))).toBe(GOOD);

    expect(app.log).toContainEqual(expect.objectContaining({ event: 'resend.completed', subject }));
    app.takeUpstreamRequests();
  });

  it.each<[object, string]>([
    [{ nonce: 'n' }, 'id-token'],
    [{ at_hash: 'x' }, 'id-token'],
    [{ c_hash: 'x' }, 'id-token'],
    [{ typ: 'ID' }, 'id-token'],
    [{ token_use: 'id' }, 'id-token'],
    [{ cnf: { jkt: 'x' } }, 'sender-constrained'],
    [{ aud: 'other' }, 'audience'],
    [{ aud: undefined }, 'audience'],
    [{ aud: undefined, client_id: AUDIENCE }, 'audience'],
    [{ aud: undefined, client_id: 'other', token_use: 'access' }, 'audience'],
    [{ aud: 'other', client_id: AUDIENCE, token_use: 'access' }, 'audience'],
    [{ iss: 'https://evil.example/' }, 'issuer'],
    [{ iss: ISSUER.slice(0, -1) }, 'issuer-slash'],
    [{ sub: undefined }, 'subject'],
    [{ sub: '' }, 'subject'],
    [{ exp: 1 }, 'expired'],
    [{ exp: undefined }, 'expired'],
    [{ nbf: 4_000_000_000 }, 'not-yet-valid'],
  ])('with %j is refused for its reason in the log alone: %s', async (claims, reason) => {
    const app = await start();

    expect(await ask(app, await sign(key, claims as Record<string, unknown>))).toBe(BAD);

    expect(reasonsOf(app)).toEqual([reason]);
  });

  it('is refused for the reason its header gives, which is counted too', async () => {
    const app = await start({ METRICS_PORT: '0' });
    const other = await createKey();
    const token = await sign(key);

    await app.post({});
    await ask(app, 'x.y.z');
    await ask(app, await sign(key, {}, { kid: undefined }));
    await ask(app, await sign(key, {}, { typ: 'dpop+jwt' }));
    await ask(app, await sign(other));
    await ask(app, await sign(key, {}, { kid: 'new' }));
    await ask(app, token);

    const reasons = [
      'no-token',
      'malformed',
      'no-key-id',
      'token-type',
      'signature',
      'keys-unavailable',
    ];
    expect(reasonsOf(app)).toEqual(reasons);
    const metrics = await (await fetch(app.metricsUrl ?? '')).text();
    for (const reason of reasons) {
      expect(metrics).toContain(`dv_email_gateway_auth_refused_total{reason="${reason}"} 1`);
    }
    expect(metrics).toContain('dv_email_gateway_auth_refused_total{reason="issuer"} 0');
    app.takeUpstreamRequests();
  });
});

describe('keys that change', () => {
  it('under one name are found, and a bad signature stays bad', async () => {
    const provider = await startProvider(key);
    const app = await startWithTokens(provider);
    const successor = await createKey('first');
    expect(await ask(app, await sign(key))).toBe(GOOD);
    provider.keys = [successor];
    app.clock.advance(30_000);

    expect(await ask(app, await sign(successor))).toBe(GOOD);
    expect(await ask(app, await sign(await createKey('first')))).toBe(BAD);
    expect(provider.fetches()).toBe(2);
    app.takeUpstreamRequests();
  });

  it('right after a caller named one that was made up are 503 for the cool-down, and never 401', async () => {
    const provider = await startProvider(key);
    const app = await startWithTokens(provider);
    const [forger, successor] = [await createKey('made-up'), await createKey('second')];
    // The keys have come.
    expect(await ask(app, await sign(key))).toBe(GOOD);
    app.clock.advance(30_000);
    expect(await ask(app, await sign(forger))).toBe(BAD);
    provider.keys = [successor];
    app.clock.advance(12_000);

    const response = await app.post({}, { authorization: `Bearer ${await sign(successor)}` });
    app.clock.advance(17_999);
    const late = await ask(app, await sign(successor));
    app.clock.advance(1);

    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '18']);
    expect([late, await ask(app, await sign(successor))]).toEqual([JWKS_UNAVAILABLE, GOOD]);
    app.takeUpstreamRequests();
  });
});

describe('discovery', () => {
  /** A provider whose discovery document can be changed. */
  async function startDiscovery(change: (origin: string) => object = () => ({})) {
    const paths: string[] = [];
    const server = createServer((request, response) => {
      paths.push(request.url ?? '');
      const { port } = server.address() as AddressInfo;
      const origin = `http://127.0.0.1:${port}`;
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify(
          request.url === '/keys'
            ? { keys: [key.jwk] }
            : { issuer: `${origin}/`, jwks_uri: `${origin}/keys`, ...change(origin) },
        ),
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closeLater(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const issuer = `http://127.0.0.1:${port}/`;
    const app = await startTestApp({
      environment: { AUTH_ISSUER: issuer, AUTH_AUDIENCE: AUDIENCE },
    });
    return { app, paths, token: await sign(key, { iss: issuer }) };
  }

  it('says where the keys are, with the slash of the issuer kept', async () => {
    const { app, paths, token } = await startDiscovery();

    expect(await ask(app, token)).toBe(GOOD);

    expect(paths).toEqual(['/.well-known/openid-configuration', '/keys']);
    app.takeUpstreamRequests();
  });

  it.each<[string, (origin: string) => object]>([
    ['of another issuer', () => ({ issuer: 'https://evil.example/' })],
    ['of the issuer without its slash', (origin) => ({ issuer: origin })],
    ['of a tenant left open', () => ({ issuer: 'https://login.example/{tenantid}/v2.0' })],
    ['without keys', () => ({ jwks_uri: undefined })],
    ['with keys that can be read on the way', () => ({ jwks_uri: 'http://keys.example/keys' })],
    ['with keys in a file', () => ({ jwks_uri: 'file:///keys' })],
  ])('that is %s leads to no keys, and says so at the start', async (_name, change) => {
    const { app, paths, token } = await startDiscovery(change);

    expect(await ask(app, token)).toBe(JWKS_UNAVAILABLE);

    expect(paths).toEqual(['/.well-known/openid-configuration']);
    expect(app.log.filter(({ event }) => event === 'jwks.unavailable')).toEqual([
      expect.objectContaining({
        level: 50,
        err: expect.objectContaining({ message: expect.stringContaining('discovery document') }),
      }),
    ]);
  });
});
