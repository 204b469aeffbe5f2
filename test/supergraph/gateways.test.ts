// End to end through real gateways: a client that knows only the supergraph gets everything.
import { print } from 'graphql';
import {
  CertificateOrderDocument,
  CertificateOrdersDocument,
  ResendDvEmailsDocument,
} from '../../src/client/operations';
import { createEgress } from '../../src/egress/egress';
import { systemClock } from '../../src/lib/clock';
import { SUPPORT_SDL, type Subgraph, startSupportSubgraph } from '../support/support-subgraph';
import { describeRequest, startTestApp, type TestApp } from '../support/test-app';
import { ask, ROUTERS, type RouterName, startRouter } from './router';

const BROKEN_ORDER = '6666';

let app: TestApp;
let support: Subgraph;

async function startSupergraph(name: RouterName): Promise<string> {
  app = await startTestApp({
    // A bug in the transport, for one order: what a gateway must mask.
    dispatcherFor: (origin) =>
      createEgress()
        .createClient(origin, systemClock)
        .compose((dispatch) => (options, handler) => {
          if (options.path.includes(`/${BROKEN_ORDER}/`)) {
            throw new Error('secret-detail');
          }
          return dispatch(options, handler);
        }),
  });
  support = await startSupportSubgraph();
  return startRouter(name, app.url, {
    others: [{ name: 'support', url: support.url, sdl: SUPPORT_SDL }],
  });
}

afterEach(() => support.close());

describe.each(Object.keys(ROUTERS) as RouterName[])('through %s', (name) => {
  it('the mutation answers with every member of the union', async () => {
    const url = await startSupergraph(name);
    const members = {
      '1001': 'ResendDvEmailsSuccess',
      '1400': 'ResendDvEmailsInvalidInputError',
      '1404': 'ResendDvEmailsOrderNotFoundError',
      '1002': 'ResendDvEmailsOrderNotEligibleError',
      '1403': 'ResendDvEmailsAccessDeniedError',
      '1429': 'ResendDvEmailsRateLimitedError',
      '1503': 'ResendDvEmailsUpstreamError',
    };
    for (const [orderId, member] of Object.entries(members)) {
      const direct = await app.resend(orderId);
      const response = await ask(url, print(ResendDvEmailsDocument), { orderId });
      expect(response.errors).toBeUndefined();
      expect(response.data?.resendDvEmails).toMatchObject({ __typename: member });
      const { correlationId, ...rest } = {
        ...(response.data?.resendDvEmails as object),
        correlationId: '',
      };
      expect(direct.data?.resendDvEmails).toMatchObject(rest);
      // A 429 blocks calls to DigiCert for every caller.
      app.clock.advance(5_000);
    }
    app.takeUpstreamRequests();
  }, 60_000);

  it("another subgraph's fields of the order can be selected in the same mutation", async () => {
    const url = await startSupergraph(name);

    const joined = (orderId: string) =>
      ask(
        url,
        `mutation($orderId: ID!) { resendDvEmails(orderId: $orderId) {
            ... on ResendDvEmailsSuccess { order { id ticketTitles } }
            ... on ResendDvEmailsOrderNotEligibleError { reason order { id status ticketTitles } }
          } }`,
        { orderId },
      );

    expect(await joined('1001')).toEqual({
      data: {
        resendDvEmails: { order: { id: '1001', ticketTitles: ['No email for order 1001'] } },
      },
    });
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 1001']);
    expect(await joined('1002')).toEqual({
      data: {
        resendDvEmails: {
          reason: 'ORDER_NOT_PENDING',
          order: { id: '1002', status: 'issued', ticketTitles: ['No email for order 1002'] },
        },
      },
    });
    app.takeUpstreamRequests();
  }, 60_000);

  it('an order can be read, and reached from another subgraph', async () => {
    const url = await startSupergraph(name);

    const direct = await app.execute(CertificateOrderDocument, { id: '1001' });
    const read = await ask(url, print(CertificateOrderDocument), { id: '1001' });
    expect(read).toEqual(direct);
    expect(
      await ask(url, '{ ticket(id: "1003") { order { id status dcvMethod ticketTitles } } }', {}),
    ).toEqual({
      data: {
        ticket: {
          order: {
            id: '1003',
            status: 'pending',
            dcvMethod: 'dns-txt-token',
            ticketTitles: ['No email for order 1003'],
          },
        },
      },
    });
    expect(await ask(url, print(CertificateOrderDocument), { id: '1404' })).toEqual({
      data: { certificateOrder: null },
    });
    app.takeUpstreamRequests();
  }, 60_000);

  it("another subgraph's fields can be selected on every order of the list", async () => {
    const url = await startSupergraph(name);

    const response = await ask(
      url,
      `query($filter: CertificateOrdersFilter) { certificateOrders(filter: $filter, first: 2) {
          totalCount
          pageInfo { hasNextPage }
          edges { cursor node { id commonName lastResend { outcome } ticketTitles } }
        } }`,
      { filter: { search: 'museum14' } },
    );

    const toEdge = (id: string, commonName: string) => ({
      cursor: expect.any(String),
      node: { id, commonName, lastResend: null, ticketTitles: [`No email for order ${id}`] },
    });
    expect(response).toEqual({
      data: {
        certificateOrders: {
          totalCount: 2,
          pageInfo: { hasNextPage: false },
          edges: [
            toEdge('20160', 'museum140.porto.example'),
            toEdge('20152', 'museum148.bergen.example'),
          ],
        },
      },
    });
    expect(app.takeUpstreamRequests()).toHaveLength(1);
  }, 60_000);

  it('the list answers as without a gateway, with its errors', async () => {
    const url = await startSupergraph(name);
    const failing = { filter: { search: 'simulator:500' } };

    const direct = await app.execute(CertificateOrdersDocument, { first: 3 });
    expect(await ask(url, print(CertificateOrdersDocument), { first: 3 })).toEqual(direct);
    const response = await ask(url, print(CertificateOrdersDocument), failing);

    expect(response.data).toEqual({ certificateOrders: null });
    expect(response.errors).toMatchObject([{ extensions: { code: 'DIGICERT_UNAVAILABLE' } }]);
    app.takeUpstreamRequests();
  }, 60_000);

  it('an unexpected failure stays masked', async () => {
    const url = await startSupergraph(name);

    const response = await ask(url, print(ResendDvEmailsDocument), { orderId: BROKEN_ORDER });

    expect(response.data).toEqual({ resendDvEmails: null });
    expect(response.errors).toHaveLength(1);
    expect(JSON.stringify(response)).not.toContain('secret-detail');
    expect(JSON.stringify(response)).toContain('INTERNAL_SERVER_ERROR');
    expect(app.logText()).toContain('secret-detail');
  }, 60_000);
});
