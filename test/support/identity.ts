// An identity provider over real HTTP, whose keys and moods a test can change.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { closeLater } from './close-later';
import { START } from './manual-clock';
import { describeRequest, startTestApp, type TestApp, type TestAppOverrides } from './test-app';

export const ISSUER = 'https://id.example.com/';
export const AUDIENCE = 'dv-email-gateway';
export const ALL = 'dv-emails:resend certificate-orders:read';

/** What {@link ask} may get. */
export const GOOD = '200';
export const BAD = '401 UNAUTHENTICATED';
export const JWKS_UNAVAILABLE = '503 SERVICE_UNAVAILABLE';

export interface SigningKey {
  readonly alg: string;
  readonly kid: string;
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export async function createKey(kid = 'first', alg = 'ES256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, publicKey, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg } };
}

export interface Provider {
  readonly jwksUrl: string;
  /** Times the keys were requested. */
  readonly fetches: () => number;
  keys: readonly SigningKey[];
  /** In place of the keys. */
  respond: RequestListener | undefined;
}

export async function startProvider(...keys: readonly SigningKey[]): Promise<Provider> {
  let fetches = 0;
  const server = createServer((request, response) => {
    fetches += 1;
    if (provider.respond) {
      provider.respond(request, response);
    } else {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: provider.keys.map(({ jwk }) => jwk) }));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  closeLater(() => {
    server.closeAllConnections();
    server.close();
  });
  const provider: Provider = {
    jwksUrl: `http://127.0.0.1:${port}/jwks.json`,
    fetches: () => fetches,
    keys,
    respond: undefined,
  };
  return provider;
}

export const NOW_SECONDS = Date.parse(START) / 1_000;

/** What a good token says. */
export const CLAIMS = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'agent-7',
  scope: ALL,
  iat: NOW_SECONDS,
  exp: NOW_SECONDS + 3_600,
};

export function sign(
  key: SigningKey,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const payload = Object.fromEntries(
    Object.entries({ ...CLAIMS, ...claims }).filter(([, value]) => value !== undefined),
  );
  return new SignJWT(payload)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header } as { alg: string })
    .sign(key.privateKey);
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token with any header and payload, and a signature made of both. */
export function forge(
  header: object,
  payload: object,
  signature: (input: string) => string,
): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signature(input)}`;
}

/** As {@link sign}, for headers that jose would not write. The key's algorithm is ES256. */
export async function signRaw(key: SigningKey, header: object): Promise<string> {
  const unsigned = forge({ alg: key.alg, kid: key.kid, ...header }, CLAIMS, () => '');
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    key.privateKey,
    Buffer.from(unsigned.slice(0, -1)),
  );
  return unsigned + Buffer.from(signature).toString('base64url');
}

export function startWithTokens(
  { jwksUrl }: Provider,
  overrides: TestAppOverrides = {},
): Promise<TestApp> {
  return startTestApp({
    ...overrides,
    environment: {
      AUTH_JWKS_URL: jwksUrl,
      AUTH_ISSUER: ISSUER,
      AUTH_AUDIENCE: AUDIENCE,
      ...overrides.environment,
    },
  });
}

export const MUTATION = {
  query: 'mutation { resendDvEmails(orderId: "1001") { __typename } }',
};

/** The HTTP status of a resend with a token, and the error's code if there is one. */
export async function ask(app: TestApp, token: string): Promise<string> {
  const response = await app.post(MUTATION, { authorization: `Bearer ${token}` });
  const text = await response.text();
  const code = /"code":"(\w+)"/.exec(text)?.[1];
  return code === undefined ? String(response.status) : `${response.status} ${code}`;
}

/** As {@link ask}. Only a good token causes a request upstream, and none is logged. */
export async function askAndLook(app: TestApp, token: string): Promise<string> {
  const told = await ask(app, token);
  expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(
    told === GOOD ? ['PUT 1001'] : [],
  );
  // What is shorter could be in any log.
  if (token.length > 20) {
    expect(app.logText()).not.toContain(token.slice(0, 60));
  }
  return told;
}
