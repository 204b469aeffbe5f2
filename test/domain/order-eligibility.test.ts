// After a refusal the order is read once, within the same deadline; without a response the refusal stands.
import {
  bytes,
  halfResponse,
  hang,
  html,
  json,
  type Responder,
  raw,
  resetBeforeBody,
} from '../../src/simulator/responders';
import { API_KEY, describeRequest, REQUEST_ID, startTestApp } from '../support/test-app';

const REFUSAL = json(400, { errors: [{ code: 'a|b', message: 'No' }] });

const STANDING = {
  data: {
    resendDvEmails: {
      __typename: 'ResendDvEmailsInvalidInputError',
      message: expect.any(String),
      retryable: false,
      correlationId: REQUEST_ID,
      issues: [],
      digicertErrors: [{ code: 'a|b', message: 'No' }],
    },
  },
};

describe('the diagnosis of a refusal', () => {
  it('asks for the order with the same key and headers, and no body', async () => {
    const app = await startTestApp();

    await app.resend('1002');

    const [, get] = app.takeUpstreamRequests();
    expect(get).toEqual({
      method: 'GET',
      path: '/services/v2/order/certificate/1002',
      headers: expect.objectContaining({ 'x-dc-devkey': API_KEY, accept: 'application/json' }),
      body: '',
    });
    expect(get?.headers).not.toHaveProperty('content-length');
  });

  it.each<[string, Responder]>([
    ['404', json(404, { errors: [{ code: 'not_found|order' }] })],
    ['403', json(403, { errors: [{ code: 'access_denied|missing_permission' }] })],
    ['429', json(429, {})],
    ['500', html(500, 'Sorry')],
    ['200 with HTML', html(200, 'Checking your browser')],
    ['200 with a list', json(200, [])],
    ['200 with fields of other types', json(200, { status: {}, dcv_method: [], product: 'ov' })],
    ['201', json(201, { status: 'issued' })],
    ['a redirect', html(302, 'Moved', { Location: '/' })],
    ['an empty body', raw(200, '', {})],
    ['half a body', halfResponse(200, '{"status":"issued","dcv_method":"email"}')],
    ['a body over 64 KiB', json(200, { status: 'issued', padding: 'x'.repeat(70_000) })],
    ['a reset connection', resetBeforeBody],
    ['bytes that are not HTTP', bytes('\u0000\u0000\r\n\r\n')],
  ])('lets the refusal stand when it meets %s', async (_name, info) => {
    const app = await startTestApp({
      orders: { '5555': { summary: 'x', resend: REFUSAL, info } },
    });

    const response = await app.resend('5555');

    expect(response).toEqual(STANDING);
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 5555', 'GET 5555']);
  });

  it('shares the deadline of the resend', async () => {
    const asked = new Set<string>();
    const app = await startTestApp({
      orders: { '5555': { summary: 'x', resend: REFUSAL, info: hang } },
    });

    const response = app.resend('5555');
    while (!asked.has('GET 5555')) {
      await app.nextUpstreamRequest();
      for (const request of app.takeUpstreamRequests()) {
        asked.add(describeRequest(request));
      }
    }
    app.clock.advance(10_000);

    expect(await response).toEqual(STANDING);
    expect([...asked]).toEqual(['PUT 5555', 'GET 5555']);
  });
});
