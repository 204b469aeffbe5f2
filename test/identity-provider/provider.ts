// A real identity provider that a test can stop, and start again on the same port with other keys.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { closeLater } from '../support/close-later';
import { ALL, AUDIENCE } from '../support/identity';

export type Algorithm = 'RS256' | 'ES256' | 'EdDSA';

const CLIENT = `Basic ${Buffer.from('support-tool:not-a-secret').toString('base64')}`;

export async function createPrivateKey(alg: Algorithm): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: 'sig' };
}

export interface RealProvider {
  readonly issuer: string;
  /** Ends it as an outage does. */
  stop(): Promise<void>;
  /** An access token for a client; without a resource an opaque one. */
  issueToken(parameters?: Record<string, string>): Promise<string>;
  /** The tokens of a person who signs in. */
  signIn(): Promise<{ readonly id_token: string; readonly access_token: string }>;
}

export async function startRealProvider(
  alg: Algorithm,
  keys: readonly JWK[],
  port = '0',
): Promise<RealProvider> {
  const child = spawn(process.execPath, [join(__dirname, 'oidc-provider.mjs')], {
    env: {
      PATH: process.env.PATH ?? '',
      PORT: port,
      ALG: alg,
      JWKS: JSON.stringify({ keys }),
      SCOPES: ALL,
      AUDIENCE,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  closeLater(() => child.kill('SIGKILL'));
  let printed = '';
  const issuer = await new Promise<string>((resolve, reject) => {
    child.once('close', () => reject(new Error('The identity provider did not start.')));
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      printed += chunk;
      const [, line] = /^(http:\S+)\n/m.exec(printed) ?? [];
      if (line) {
        resolve(line);
      }
    });
  });
  const post = async (parameters: Record<string, string>) => {
    const response = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { authorization: CLIENT },
      body: new URLSearchParams(parameters),
    });
    return (await response.json()) as { id_token: string; access_token: string };
  };
  return {
    issuer,
    stop: async () => {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
    issueToken: async (parameters = { resource: 'https://dv.example' }) => {
      const asked = { grant_type: 'client_credentials', scope: ALL, ...parameters };
      return (await post(asked)).access_token;
    },
    signIn: async () => {
      const redirect_uri = 'http://127.0.0.1/callback';
      const code = await findCode(issuer, {
        client_id: 'support-tool',
        response_type: 'code',
        redirect_uri,
        scope: `openid ${ALL}`,
        resource: 'https://dv.example',
        nonce: 'n',
      });
      return post({ grant_type: 'authorization_code', code, redirect_uri });
    },
  };
}

/** Follows the pages of a sign-in, as a browser does that submits each form. */
async function findCode(issuer: string, parameters: Record<string, string>): Promise<string> {
  const cookies = new Map<string, string>();
  let url = `${issuer}/auth?${new URLSearchParams(parameters)}`;
  let form: Record<string, string> | undefined;
  for (let step = 0; step < 20; step += 1) {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    form = undefined;
    if (location) {
      url = new URL(location, url).href;
      const code = new URL(url).searchParams.get('code');
      if (code) {
        return code;
      }
    } else {
      const page = await response.text();
      const [, action = ''] = /<form[^>]* action="([^"]+)"/.exec(page) ?? [];
      const [, prompt = ''] = /name="prompt" value="(\w+)"/.exec(page) ?? [];
      url = new URL(action, url).href;
      form = { prompt, login: 'jane', password: 'x' };
    }
  }
  throw new Error('The sign-in did not end.');
}
