// An upstream whose certificate is not trusted may be any server: nothing is sent to it, and another try meets the same.
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { Pool } from 'undici';
import { closeLater } from '../support/close-later';
import { REQUEST_ID, startTestApp } from '../support/test-app';

const DAY_MS = 86_400_000;

async function startUpstream({ name = 'localhost', notAfterDate = new Date(Date.now() + DAY_MS) }) {
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    notBeforeDate: new Date(Date.now() - 2 * DAY_MS),
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
  });
  let requests = 0;
  const server = createServer({ key, cert }, (_request, response) => {
    requests += 1;
    response.writeHead(204).end();
  });
  // The handshake is refused by the client.
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeLater(async () => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { baseUrl: `https://localhost:${port}/services/v2`, cert, requests: () => requests };
}

describe('a certificate of the upstream', () => {
  it.each<[string, { name?: string; notAfterDate?: Date }, boolean, string]>([
    ['of an unknown CA', {}, false, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['that has expired', { notAfterDate: new Date(Date.now() - DAY_MS) }, true, 'CERT_HAS_EXPIRED'],
    ['for another name', { name: 'digicert.example' }, true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])(
    '%s is MISCONFIGURED, tried once and certainly not sent',
    async (_name, options, isTrusted, code) => {
      const { baseUrl, cert, requests } = await startUpstream(options);
      const app = await startTestApp({
        baseUrl,
        dispatcherFor: (origin) => new Pool(origin, { connect: isTrusted ? { ca: cert } : {} }),
      });

      expect(await app.resend('1001')).toEqual({
        data: {
          resendDvEmails: {
            __typename: 'ResendDvEmailsUpstreamError',
            message:
              "The gateway is not set up right for DigiCert. Tell the gateway's operators, with the correlation id. Nothing was sent.",
            retryable: false,
            correlationId: REQUEST_ID,
            reason: 'MISCONFIGURED',
            emailsMayHaveBeenSent: false,
            unavailableForSeconds: null,
          },
        },
      });
      expect(app.log.filter(({ level }) => level === 50)).toEqual([
        expect.objectContaining({
          event: 'resend.completed',
          reason: 'MISCONFIGURED',
          upstreamErrorCode: code,
          upstreamAttempts: 1,
          msg: 'the certificate of DIGICERT_BASE_URL is not trusted: nothing was sent to it',
        }),
      ]);
      expect(requests()).toBe(0);
    },
  );

  it('that is trusted is none of these', async () => {
    const { baseUrl, cert, requests } = await startUpstream({});
    const app = await startTestApp({
      baseUrl,
      dispatcherFor: (origin) => new Pool(origin, { connect: { ca: cert } }),
    });

    const response = await app.resend('1001');

    expect(response.data?.resendDvEmails?.__typename).toBe('ResendDvEmailsSuccess');
    expect(requests()).toBe(1);
  });
});
