// Both routers as deploy/router configures them: what they send to the gateways, and what bounds a flood through them.
import { startTestApp } from '../support/test-app';
import { startFront } from './front';
import { ask, type RouterName, startDeployed } from './router';

const SECRET = 'a-secret-of-at-least-32-characters';
const RESEND = 'mutation { resendDvEmails(orderId: "1001") { __typename } }';
const FIELDS = [...'abcdefghijkl'].map(
  (alias) => `${alias}: resendDvEmails(orderId: "1001") { __typename }`,
);

describe.each(['Apollo Gateway', 'Hive Gateway'] as const)('%s', (name: RouterName) => {
  it("sends the secret, the client's token, id and address, and no other header of the client's", async () => {
    const app = await startTestApp({ environment: { ROUTER_SECRET: SECRET } });
    const front = await startFront();
    front.target = app.url;
    const router = await startDeployed(
      name,
      front.url,
      `${SECRET},an-older-secret-of-32-characters`,
    );

    const response = await ask(
      router,
      RESEND,
      {},
      {
        authorization: 'Bearer of-the-client',
        'x-request-id': 'of-the-client',
        'x-forwarded-for': '192.0.2.1',
        'x-router-secret': 'of-the-client',
        'x-other': 'of-the-client',
        cookie: 'of=the-client',
      },
    );

    expect(response).toEqual({
      data: { resendDvEmails: { __typename: 'ResendDvEmailsSuccess' } },
    });
    const [{ headers } = { headers: {} }, ...others] = front.takeRequests();
    expect(others).toEqual([]);
    expect(headers).toMatchObject({
      authorization: 'Bearer of-the-client',
      'x-request-id': 'of-the-client',
      'x-forwarded-for': expect.stringMatching(/^192\.0\.2\.1, (?:::ffff:)?127\.0\.0\.1$/),
      'x-router-secret': SECRET,
    });
    const names = Object.keys(headers);
    expect(names.filter((header) => ['x-other', 'cookie'].includes(header))).toEqual([]);
    app.takeUpstreamRequests();
  }, 60_000);
});

describe('twelve root fields, where a mutation may have three and a caller five', () => {
  const environment = { CALLER_QUOTA: '5/60s', MAX_MUTATION_FIELDS: '3', ROUTER_SECRET: SECRET };
  const query = `mutation { ${FIELDS.join(' ')} }`;

  it('are refused as a whole through Apollo Gateway', async () => {
    const app = await startTestApp({ environment });
    const router = await startDeployed('Apollo Gateway', app.url, SECRET);

    const { errors } = await ask(router, query);

    expect(errors).toMatchObject([
      { extensions: { validationErrorCode: 'TOO_MANY_MUTATION_FIELDS' } },
    ]);
  }, 60_000);

  it("are split by Hive Gateway, so that the caller's quota bounds them", async () => {
    const app = await startTestApp({ environment });
    const router = await startDeployed('Hive Gateway', app.url, SECRET);

    const { data } = await ask(router, query);

    const members = Object.values(data ?? {}).map((result) => Object(result).__typename);
    expect(members.toSorted()).toEqual([
      ...Array(7).fill('ResendDvEmailsRateLimitedError'),
      ...Array(5).fill('ResendDvEmailsSuccess'),
    ]);
    expect(app.takeUpstreamRequests()).toHaveLength(5);
  }, 60_000);
});
