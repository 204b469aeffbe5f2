// oidc-provider on loopback, as a process of its own: PORT 0 is a free one, JWKS its private keys, ALG what access tokens are signed with.
import { once } from 'node:events';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const { PORT, JWKS, ALG, SCOPES, AUDIENCE } = process.env;

// The issuer has the port in it.
let handle = () => {};
const server = createServer((request, response) => handle(request, response)).listen(
  Number(PORT),
  '127.0.0.1',
);
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  jwks: JSON.parse(JWKS),
  clients: [
    {
      client_id: 'support-tool',
      client_secret: 'not-a-secret',
      grant_types: ['client_credentials', 'authorization_code'],
      redirect_uris: ['http://127.0.0.1/callback'],
      id_token_signed_response_alg: ALG,
    },
  ],
  scopes: ['openid', ...SCOPES.split(' ')],
  pkce: { required: () => false },
  findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  features: {
    clientCredentials: { enabled: true },
    // Access tokens for a resource are JWTs; without `resource` they are opaque.
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: SCOPES,
        audience: AUDIENCE,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: ALG } },
      }),
    },
  },
});
handle = provider.callback();
process.stdout.write(`${issuer}\n`);
