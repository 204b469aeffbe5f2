// Everything that is written, at the loudest level, after calls of every kind, holds no secret and no address.
import { SIMULATED_ACCOUNT } from '../../src/simulator/orders';
import { startSimulator } from '../../src/simulator/simulator';
import { loggedEvents, startGateway } from '../support/program';

const API_KEY = 'key-that-must-not-leak';
const ROUTER_SECRET = 'router-secret-that-must-not-leak';
const COOKIE = 'cookie-that-must-not-leak';
const MAILBOX = 'mailbox-that-must-not-leak';
const SUBJECT = 'person-that-must-not-leak@example.org';
const TYPED = 'typed-by-mistake-and-not-for-logs';

const QUERY = `mutation ($orderId: ID!, $input: ResendDvEmailsInput) {
  resendDvEmails(orderId: $orderId, input: $input) { __typename ... on ResendDvEmailsSuccess { order { status } } }
}`;

it('no key, token, cookie, secret or address is ever written', async () => {
  const simulator = await startSimulator({ quota: [] });
  const { program, url } = await startGateway({
    LOG_LEVEL: 'trace',
    DIGICERT_API_KEY: API_KEY,
    DIGICERT_BASE_URL: simulator.baseUrl,
    DIGICERT_TIMEOUT_MS: '500',
    DIGICERT_BREAKER_SECONDS: '1',
    CALLER_QUOTA: '60/1h',
    AUTH_JWKS_URL: simulator.jwksUrl,
    AUTH_ISSUER: simulator.issuer,
    AUTH_AUDIENCE: 'dv-email-gateway',
    ROUTER_SECRET,
    // Where no collector takes spans, warnings about that are written too.
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
  });
  const tokenFor = async (query: string) =>
    (await fetch(`${simulator.tokenUrl}?sub=${encodeURIComponent(SUBJECT)}&${query}`)).text();
  const token = await tokenFor('scope=dv-emails:resend%20certificate-orders:read');
  const weakToken = await tokenFor('scope=something-else');
  const post = async (body: unknown, headers: Record<string, string> = {}, search = '') => {
    const response = await fetch(`${url}${search}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'x-router-secret': ROUTER_SECRET,
        cookie: `session=${COOKIE}`,
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return response.text();
  };
  const resend = (orderId: string, headers?: Record<string, string>) =>
    post(
      {
        query: QUERY,
        variables: {
          orderId,
          input: {
            domainApprovalEmails: [{ domain: 'example.com', email: `${MAILBOX}@example.com` }],
          },
        },
      },
      headers,
    );

  // After 1429 no call is made for a while. Failures in a row open the breaker, then the caller's quota is used up.
  const orderIds = Object.keys(SIMULATED_ACCOUNT).filter((orderId) => orderId !== '1429');
  for (const orderId of [...orderIds, '1001', TYPED, ...Array(40).fill('1500')]) {
    await resend(orderId);
  }
  await resend('1001', { authorization: `Bearer ${weakToken}` });
  await resend('1001', { authorization: `Bearer ${token}x` });
  await resend('1001', { authorization: `Basic ${TYPED}` });
  await resend('1001', { 'x-router-secret': TYPED });
  await resend('1001', { 'x-request-id': `${TYPED} \u00e9` });
  await post(`{ "query": "${TYPED}`);
  await post({ query: `{ ${TYPED.replaceAll('-', '_')} }` });
  await post({ query: QUERY, variables: { orderId: { [TYPED]: TYPED } } });
  await post({ query: '{ __typename }' }, {}, `?token=${TYPED}`);
  await fetch(new URL(`/${TYPED}`, url));
  program.kill('SIGTERM');
  await program.closed;
  await simulator.close();

  // The calls did what they were meant to.
  const outcomes = new Set(loggedEvents(program).map(({ event, outcome }) => outcome ?? event));
  expect([...outcomes]).toEqual(
    expect.arrayContaining([
      'accepted',
      'invalid-input',
      'order-not-found',
      'order-not-eligible',
      'access-denied',
      'rate-limited',
      'upstream-failed',
      'auth.refused',
      'auth.forbidden',
      'digicert.breaker-changed',
      'tracing.failed',
    ]),
  );
  const { stdout, stderr } = program.printed();
  const [, , signature = ''] = token.split('.');
  for (const secret of [API_KEY, ROUTER_SECRET, COOKIE, MAILBOX, SUBJECT, TYPED, signature]) {
    expect(stdout + stderr).not.toContain(secret);
  }
  expect(stdout + stderr).not.toMatch(/[\w.+-]+@[\w-]+\.\w+|eyJ[\w-]+\./);
}, 60_000);
