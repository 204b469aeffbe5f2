// What Prometheus reads, after calls of every kind.
import { ResendDvEmailsDocument } from '../../src/client/operations';
import { ALL_SCOPES } from '../../src/domain/caller';
import { systemClock } from '../../src/lib/clock';
import { createLog } from '../../src/telemetry/log';
import { startTelemetry } from '../../src/telemetry/telemetry';
import { startGateway } from '../support/program';
import { describeWithRedis, startRedis } from '../support/redis';
import { startTestApp, type TestApp } from '../support/test-app';

const METRICS = { METRICS_PORT: '0' };

/** The series of ours, without those of buckets, as `name{labels}` with their values. */
async function scrape(app: { readonly metricsUrl: string | undefined }) {
  const response = await fetch(app.metricsUrl ?? '');
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const series = (await response.text()).match(/^dv_email_gateway_(?!\w+_bucket).*$/gm) ?? [];
  return Object.fromEntries(
    series.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice('dv_email_gateway_'.length, at), Number(line.slice(at))];
    }),
  );
}

async function resendAll(app: TestApp, orderIds: readonly string[]): Promise<void> {
  for (const orderId of orderIds) {
    await app.resend(orderId);
  }
  app.takeUpstreamRequests();
}

describe('metrics', () => {
  it('count every outcome, every request to DigiCert, and the quota', async () => {
    const app = await startTestApp({
      environment: {
        ...METRICS,
        DIGICERT_QUOTA: '100/5s,1000/180s',
        RESEND_COOLDOWN_SECONDS: '60',
      },
    });
    await resendAll(app, ['1001', '1001', '1002', '1400', '1403', '1404', '1503', 'x']);
    await app.execute(ResendDvEmailsDocument, { orderId: '1003' });
    app.takeUpstreamRequests();

    expect(await scrape(app)).toMatchObject({
      'resends_total{outcome="accepted",detail=""}': 1,
      'resends_total{outcome="rate-limited",detail="COOLDOWN"}': 1,
      'resends_total{outcome="order-not-eligible",detail="ORDER_NOT_PENDING"}': 1,
      'resends_total{outcome="order-not-eligible",detail="DCV_METHOD_NOT_EMAIL"}': 1,
      'resends_total{outcome="invalid-input",detail=""}': 2,
      'resends_total{outcome="access-denied",detail="MISSING_PERMISSION"}': 1,
      'resends_total{outcome="order-not-found",detail=""}': 1,
      'resends_total{outcome="upstream-failed",detail="UNAVAILABLE"}': 1,
      resend_duration_seconds_count: 9,
      'digicert_request_duration_seconds_count{method="PUT",status="204"}': 1,
      'digicert_request_duration_seconds_count{method="PUT",status="400"}': 3,
      'digicert_request_duration_seconds_count{method="PUT",status="503"}': 1,
      'digicert_request_duration_seconds_count{method="GET",status="200"}': 3,
      'digicert_breaker_state{state="closed"}': 1,
      'digicert_breaker_state{state="open"}': 0,
      digicert_requests_in_flight: 0,
      'digicert_quota_limit{window_seconds="5"}': 100,
      'digicert_quota_limit{window_seconds="180"}': 1000,
      'digicert_quota_used{window_seconds="5"}': 10,
      'digicert_quota_used{window_seconds="180"}': 10,
    });
  });

  it('tell of retries, of what was rejected and of what got no status', async () => {
    const app = await startTestApp({
      environment: { ...METRICS, DIGICERT_BREAKER_SECONDS: '10', DIGICERT_QUOTA: '12/1h' },
    });
    await resendAll(app, [
      ...Array(4).fill('1602'),
      ...Array(3).fill('1500'),
      ...Array(3).fill('1503'),
      '1001',
    ]);
    app.clock.advance(10_000);
    await resendAll(app, ['1001', '1001', '1001']);

    expect(await scrape(app)).toMatchObject({
      'digicert_request_duration_seconds_count{method="PUT",status="none"}': 4,
      'digicert_request_duration_seconds_count{method="PUT",status="500"}': 3,
      'digicert_request_duration_seconds_count{method="PUT",status="503"}': 3,
      'digicert_requests_rejected_total{reason="breaker"}': 1,
      'digicert_requests_rejected_total{reason="quota"}': 1,
      'resends_total{outcome="rate-limited",detail="DIGICERT"}': 1,
      digicert_quota_wait_seconds_count: 13,
    });

    const unreachable = await startTestApp({
      environment: METRICS,
      baseUrl: 'http://127.0.0.1:1/services/v2',
    });
    await unreachable.resend('1001');
    expect(await scrape(unreachable)).toMatchObject({
      'digicert_retries_total{cause="not-sent"}': 2,
      'digicert_request_duration_seconds_count{method="PUT",status="none"}': 3,
    });
  });

  it('begin at 0 with everything that may be counted, so that an increase shows at the first time', async () => {
    const series = await scrape(await startTestApp({ environment: METRICS }));
    const counted = Object.entries(series).filter(([name]) => name.includes('_total{'));

    expect(counted.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        'resends_total{outcome="upstream-failed",detail="CREDENTIALS_REJECTED"}',
        'resends_total{outcome="rate-limited",detail="COOLDOWN"}',
        'resends_total{outcome="unexpected-error",detail=""}',
        'order_reads_total{outcome="upstream-failed",detail="MISCONFIGURED"}',
        'digicert_retries_total{cause="not-sent"}',
        'digicert_requests_rejected_total{reason="breaker"}',
      ]),
    );
    expect(new Set(counted.map(([, value]) => value))).toEqual(new Set([0]));
  });

  it('count an unexpected fault as such, and pass it on', async () => {
    const { observe, listen, close } = startTelemetry(
      {
        host: '127.0.0.1',
        metricsPort: 0,
        tracing: false,
        audit: { addresses: 'hashed', hashKey: undefined },
      },
      { name: 'test', version: '1', log: createLog('silent'), clock: systemClock },
    );
    const fault = async () => {
      throw new Error('a fault');
    };
    const caller = { correlationId: '', subject: undefined, address: '', scopes: ALL_SCOPES };
    for (const useCase of ['resend', 'read order'] as const) {
      await expect(observe({ useCase, orderId: '1001', caller }, fault)).rejects.toThrow('a fault');
    }

    const text = await (await fetch((await listen()) ?? '')).text();
    await close();
    expect(text).toContain('resends_total{outcome="unexpected-error",detail=""} 1');
    expect(text).toContain('order_reads_total{outcome="unexpected-error",detail=""} 1');
  });

  it('tell of the process: event loop, memory, handles', async () => {
    const app = await startTestApp({ environment: METRICS });
    const text = await (await fetch(app.metricsUrl ?? '')).text();
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
    expect(text).toMatch(/^process_resident_memory_bytes /m);
    expect(text).not.toContain('redis_up');
    expect(text).toContain('dv_email_gateway_log_writable 1\n');
  });

  it('are on their port alone, and nothing else is', async () => {
    const app = await startTestApp({ environment: METRICS });
    expect((await fetch(new URL('/metrics', app.url))).status).toBe(404);
    expect((await fetch(new URL('/graphql', app.metricsUrl))).status).toBe(404);
    expect((await fetch(`${app.metricsUrl}?source=probe`)).status).toBe(200);
  });

  it('are not there unless they are enabled', async () => {
    const app = await startTestApp();
    expect(app.metricsUrl).toBeUndefined();
  });
});

describeWithRedis('with Redis, metrics and /readyz', () => {
  it('tell whether it answers', async () => {
    const redis = await startRedis();
    const { url, metricsUrl } = await startGateway({ ...METRICS, REDIS_URL: redis.url });
    const readiness = async () => (await fetch(new URL('/readyz', url))).json();

    expect(await scrape({ metricsUrl })).toMatchObject({ redis_up: 1 });
    expect(await readiness()).toEqual({
      status: 'ok',
      breaker: 'closed',
      limits: 'redis',
      redis: 'ok',
    });
    await redis.kill();
    // The closed connection is noticed when it is, so the next call finds out.
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"mutation { resendDvEmails(orderId: \\"1001\\") { __typename } }"}',
    });
    while ((await scrape({ metricsUrl })).redis_up === 1) {
      await fetch(new URL('/livez', url));
    }
    expect(await readiness()).toEqual({
      status: 'ok',
      breaker: 'closed',
      limits: 'this-process',
      redis: 'unreachable',
    });
  });
});
