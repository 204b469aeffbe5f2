// Spans as a collector gets them from the built program.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { startSimulator } from '../../src/simulator/simulator';
import { closeLater } from '../support/close-later';
import { AUDIENCE, createKey, ISSUER, sign, startProvider } from '../support/identity';
import { startGateway } from '../support/program';

interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly status: { readonly code: number };
  readonly attributes: readonly { key: string; value: Record<string, unknown> }[];
}

const SERVER = 2;
const CLIENT = 3;
const ERROR = 2;

async function startCollector(status = 200) {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(await text(request));
    response.writeHead(status, { 'Content-Type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeLater(() => server.close());
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received: () => bodies.join('\n'),
    spans: (): readonly ExportedSpan[] =>
      bodies.flatMap((body) =>
        JSON.parse(body).resourceSpans.flatMap(
          ({ scopeSpans }: { scopeSpans: { spans: ExportedSpan[] }[] }) =>
            scopeSpans.flatMap(({ spans }) => spans),
        ),
      ),
  };
}

const QUERY = `mutation Support($input: ResendDvEmailsInput) {
  resendDvEmails(orderId: "1001", input: $input) { __typename ... on ResendDvEmailsSuccess { order { status } } }
}`;

/** Runs one mutation with tracing on, stops the gateway, and gives what the collector got by then. */
async function trace(
  orderId: string,
  headers: Record<string, string> = {},
  env: Record<string, string> = {},
) {
  const collector = await startCollector();
  const simulator = await startSimulator();
  closeLater(() => simulator.close());
  const { program, url } = await startGateway({
    DIGICERT_API_KEY: 'the-secret-api-key',
    DIGICERT_BASE_URL: simulator.baseUrl,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    ...env,
  });
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      cookie: 'session=secret-cookie',
      baggage: 'user=jane.doe%40example.com',
      'x-request-id': 'trace-test',
      ...headers,
    },
    body: JSON.stringify({
      query: QUERY.replace('1001', orderId),
      variables: { input: { domainApprovalEmails: [{ email: 'admin@example.com' }] } },
    }),
  });
  await response.text();
  const { closed } = program;
  program.kill('SIGTERM');
  await closed;
  return { collector, simulator, spans: collector.spans() };
}

function attributesOf({ attributes }: ExportedSpan): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, Object.values(value)[0] as unknown]),
  );
}

describe('traces', () => {
  const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
  const CALLERS_SPAN_ID = 'b7ad6b7169203331';

  it('lead from the caller through request, operation and use case to DigiCert', async () => {
    const { spans } = await trace('1001', {
      traceparent: `00-${TRACE_ID}-${CALLERS_SPAN_ID}-01`,
    });
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    const toPath = (span: ExportedSpan | undefined): string =>
      span ? `${toPath(byId.get(span.parentSpanId ?? ''))} > ${span.name}` : '';

    expect(spans.map(toPath).sort()).toEqual([
      ' > POST /graphql',
      ' > POST /graphql > mutation Support',
      ' > POST /graphql > mutation Support > read order',
      ' > POST /graphql > mutation Support > read order > GET',
      ' > POST /graphql > mutation Support > resend',
      ' > POST /graphql > mutation Support > resend > PUT',
    ]);
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE_ID]));
    const named = (name: string) => spans.find((span) => span.name === name) as ExportedSpan;
    expect(named('POST /graphql')).toMatchObject({ kind: SERVER, parentSpanId: CALLERS_SPAN_ID });
    expect(attributesOf(named('POST /graphql'))).toEqual({
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'http.response.status_code': 200,
    });
    expect(attributesOf(named('resend'))).toEqual({
      'dv_email_gateway.correlation_id': 'trace-test',
      'dv_email_gateway.order_id': '1001',
      'dv_email_gateway.outcome': 'accepted',
    });
    expect(named('PUT').kind).toBe(CLIENT);
  });

  it("give DigiCert and the identity provider nothing of a caller's", async () => {
    const key = await createKey();
    const provider = await startProvider(key);
    const keyRequests: IncomingHttpHeaders[] = [];
    provider.respond = (request, response) => {
      keyRequests.push(request.headers);
      response.end(JSON.stringify({ keys: [key.jwk] }));
    };
    const token = await sign(key, { exp: Math.ceil(Date.now() / 1_000) + 60 });

    const { simulator, collector } = await trace(
      '1001',
      {
        accept: 'application/graphql-response+json',
        'accept-encoding': 'x-chosen',
        'accept-language': 'x-chosen',
        authorization: `Bearer ${token}`,
        b3: `${TRACE_ID}-${CALLERS_SPAN_ID}-1`,
        forwarded: 'for=203.0.113.9',
        origin: 'https://example.com',
        referer: 'https://example.com/chosen',
        traceparent: `00-${TRACE_ID}-${CALLERS_SPAN_ID}-01`,
        tracestate: 'vendor=chosen-state',
        'user-agent': 'chosen/1',
        'x-b3-traceid': TRACE_ID,
        'x-dc-devkey': 'chosen-key',
        'x-forwarded-for': '203.0.113.9',
        'x-forwarded-host': 'chosen.example.com',
        'x-other': 'chosen',
      },
      { AUTH_JWKS_URL: provider.jwksUrl, AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: AUDIENCE },
    );

    const everyRequest = {
      accept: 'application/json',
      connection: 'keep-alive',
      'content-type': 'application/json',
      host: new URL(simulator.baseUrl).host,
      'user-agent': expect.stringMatching(/^dv-email-gateway\/[\d.]+$/),
      'x-dc-devkey': 'the-secret-api-key',
    };
    expect(simulator.requests.map(({ headers }) => headers)).toEqual([
      { ...everyRequest, 'content-length': expect.stringMatching(/^\d+$/) },
      everyRequest,
    ]);
    expect(keyRequests).toEqual([
      {
        accept: 'application/json, application/jwk-set+json',
        'accept-encoding': expect.stringContaining('gzip'),
        'accept-language': '*',
        connection: 'keep-alive',
        host: new URL(provider.jwksUrl).host,
        'sec-fetch-mode': 'cors',
        'user-agent': 'undici',
      },
    ]);
    expect(collector.received()).toContain(TRACE_ID);
    expect(collector.received()).not.toContain('chosen');
  });

  it('mark what failed, and say why', async () => {
    const { spans } = await trace('1503');
    const resend = spans.find(({ name }) => name === 'resend') as ExportedSpan;

    expect(resend.status.code).toBe(ERROR);
    expect(attributesOf(resend)).toMatchObject({
      'dv_email_gateway.outcome': 'upstream-failed',
      'dv_email_gateway.reason': 'UNAVAILABLE',
    });
  });

  it('hold no key, cookie or email address', async () => {
    const { collector } = await trace('1001');
    expect(collector.received()).toContain('"resend"');
    expect(collector.received()).not.toMatch(
      /the-secret-api-key|secret-cookie|admin@|example\.com/,
    );
  });
});

/** One mutation and the stop after it, which takes two seconds where no collector takes the last spans. */
async function run(collectorUrl: string) {
  const { program, url } = await startGateway({ OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl });
  const { closed } = program;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: QUERY }),
  });
  const answer = await response.json();
  program.kill('SIGTERM');
  return { answer, ended: await closed, stdout: program.printed().stdout };
}

/** Begins before the tests of this file, and is checked by the last ones. */
let runs: Record<'cannot be reached' | 'refuses', ReturnType<typeof run>>;

beforeAll(async () => {
  runs = {
    'cannot be reached': run('http://127.0.0.1:1'),
    refuses: run((await startCollector(400)).url),
  };
  Promise.all(Object.values(runs)).catch(() => {});
});

describe('a collector that takes nothing', () => {
  it.each([
    ['cannot be reached', /did not take the last spans/],
    ['refuses', /Bad Request/],
  ] as const)('costs a warning and neither answer nor end when it %s', async (name, reason) => {
    const { answer, ended, stdout } = await runs[name];

    expect(answer).toMatchObject({
      data: { resendDvEmails: { __typename: 'ResendDvEmailsSuccess' } },
    });
    expect(ended).toEqual([0, null]);
    const warning = stdout.split('\n').find((line) => line.includes('tracing.failed'));
    expect(warning).toMatch(reason);
  });
});
