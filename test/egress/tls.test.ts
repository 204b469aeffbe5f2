// TLS at the way out: a proxy that is itself reached by https, and one that inspects TLS with a CA of the company's.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { closeLater } from '../support/close-later';
import { type OnConnect, startForwardProxy, tunnel } from '../support/forward-proxy';
import { loggedEvents, startGateway } from '../support/program';

const RESEND = JSON.stringify({
  query: `mutation { resendDvEmails(orderId: "1001") {
    __typename ... on ResendDvEmailsUpstreamError { reason emailsMayHaveBeenSent }
  } }`,
});

/** A CA's certificate, which also serves as that of the server. */
async function createCa(name: string) {
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
  });
  const folder = mkdtempSync(join(tmpdir(), 'ca-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'ca.pem');
  writeFileSync(file, cert);
  return { key, cert, file };
}

/** What a call gets from a gateway, as a process of its own, whose DigiCert is at a name that only the proxy knows. */
async function resend(environment: Record<string, string>) {
  const { program, url } = await startGateway({
    DIGICERT_API_KEY: 'key',
    DIGICERT_BASE_URL: 'https://digicert.test/services/v2',
    ...environment,
  });
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: RESEND,
  });
  const { data } = (await response.json()) as { data: { resendDvEmails: object } };
  const logged = loggedEvents(program).find(({ event }) => event === 'resend.completed');
  program.kill('SIGTERM');
  await program.closed;
  return { result: data.resendDvEmails, logged };
}

/** DigiCert, which accepts; and a CONNECT that ends TLS in its name. */
async function inspect({ key, cert }: { readonly key: string; readonly cert: string }) {
  const requests: string[] = [];
  const digicert = createServer((request, response) => {
    requests.push(`${request.method} ${request.headers.host}`);
    response.writeHead(204).end();
  });
  const onConnect: OnConnect = (_request, socket) => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    const secure = new TLSSocket(socket, { isServer: true, key, cert });
    // The client may refuse the certificate.
    secure.on('error', () => {});
    digicert.emit('connection', secure);
  };
  const proxy = await startForwardProxy(onConnect);
  return { proxy, requests };
}

describe('a proxy that inspects TLS', () => {
  it('is trusted by NODE_EXTRA_CA_CERTS', async () => {
    const ca = await createCa('digicert.test');
    const { proxy, requests } = await inspect(ca);

    const { result } = await resend({ HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: ca.file });

    expect(result).toEqual({ __typename: 'ResendDvEmailsSuccess' });
    expect(requests).toEqual(['PUT digicert.test']);
    expect(proxy.connects).toEqual(['digicert.test:443']);
  });

  it('is MISCONFIGURED without it: tried once, and nothing sent', async () => {
    const { proxy, requests } = await inspect(await createCa('digicert.test'));

    const { result, logged } = await resend({ HTTPS_PROXY: proxy.url });

    expect(result).toEqual({
      __typename: 'ResendDvEmailsUpstreamError',
      reason: 'MISCONFIGURED',
      emailsMayHaveBeenSent: false,
    });
    expect(logged).toMatchObject({
      upstreamErrorCode: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      upstreamAttempts: 1,
    });
    expect(requests).toEqual([]);
    expect(proxy.connects).toHaveLength(1);
  });
});

describe('a proxy by https', () => {
  it('is asked within TLS, and DigiCert by TLS within that', async () => {
    const ca = await createCa('localhost');
    const digicert = createSecureServer({ key: ca.key, cert: ca.cert }, (_request, response) =>
      response.writeHead(204).end(),
    ).listen(0, '127.0.0.1');
    const connects: unknown[] = [];
    const proxy = createSecureServer({ key: ca.key, cert: ca.cert }).listen(0, '127.0.0.1');
    proxy.on('connect', (request, socket) => {
      connects.push(request.url);
      tunnel(request, socket as TLSSocket);
    });
    closeLater(() => [digicert, proxy].map((server) => server.close()));
    await Promise.all([once(digicert, 'listening'), once(proxy, 'listening')]);
    const portOf = (server: typeof proxy) => (server.address() as AddressInfo).port;

    const { result } = await resend({
      DIGICERT_BASE_URL: `https://localhost:${portOf(digicert)}/services/v2`,
      HTTPS_PROXY: `https://localhost:${portOf(proxy)}`,
      NODE_EXTRA_CA_CERTS: ca.file,
    });

    expect(result).toEqual({ __typename: 'ResendDvEmailsSuccess' });
    expect(connects).toEqual([`localhost:${portOf(digicert)}`]);
  });
});

describe('a collector by https', () => {
  it('gets its spans through the proxy', async () => {
    const ca = await createCa('localhost');
    const paths: unknown[] = [];
    const collector = createSecureServer({ key: ca.key, cert: ca.cert }, (request, response) => {
      paths.push(request.url);
      response.end('{}');
    }).listen(0, '127.0.0.1');
    closeLater(() => collector.close());
    await once(collector, 'listening');
    const proxy = await startForwardProxy();
    const { host } = new URL(`https://localhost:${(collector.address() as AddressInfo).port}`);

    await resend({
      DIGICERT_API_KEY: '',
      DIGICERT_BASE_URL: '',
      OTEL_EXPORTER_OTLP_ENDPOINT: `https://${host}`,
      HTTPS_PROXY: proxy.url,
      NODE_EXTRA_CA_CERTS: ca.file,
    });

    expect(paths).toEqual(['/v1/traces']);
    expect(proxy.connects).toEqual([host]);
  });
});
