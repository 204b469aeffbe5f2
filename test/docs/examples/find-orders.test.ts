// The snippet that finds orders for one search box: by part of a common name, and by any whole name.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { describeWhere } from '../../support/describe-where';
import { startTestApp } from '../../support/test-app';
import { respond, startOther } from './other-server';

const FOLDER = join(__dirname, '..', '..', '..', 'docs', 'examples', 'snippets');

const describeInstalled = describeWhere(
  'of the snippet for a search box',
  existsSync(join(FOLDER, 'node_modules', 'graphql-request'))
    ? undefined
    : 'run `npm ci --prefix docs/examples/snippets` first',
  'REQUIRE_CLIENTS',
);

// What a frontend has installed is here the source.
jest.mock('dv-email-gateway-client', () => jest.requireActual('../../../src/client/operations'), {
  virtual: true,
});

type FindOrders = (url: string, text: string) => Promise<readonly { readonly id: string }[]>;

const findOrders: FindOrders = (url, text) =>
  jest.requireActual(join(FOLDER, 'find-orders.ts')).findOrders(url, text);

const NONE_FOUND = { data: { certificateOrders: { edges: [] } } };

describeInstalled('the snippet for a search box', () => {
  it.each([
    ['example.com', ['1001'], 2],
    // Another name of the certificate, and no part of the common name.
    ['www.example.com', ['1001'], 2],
    ['books1.lund', ['20299'], 2],
    ['books1', ['20299'], 1],
  ])('finds %s once', async (text, ids, requests) => {
    const app = await startTestApp();

    const found = await findOrders(app.url, text);

    expect(found.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    expect(app.takeUpstreamRequests()).toHaveLength(requests);
  });

  it('fails where one of its requests does, for another reason than no domain name', async () => {
    const failed = { message: 'DigiCert fails.', extensions: { code: 'DIGICERT_UNAVAILABLE' } };
    const other = await startOther(async (request, response) => {
      const isByName = (await readText(request)).includes('domainName');
      const body = isByName ? { data: { certificateOrders: null }, errors: [failed] } : NONE_FOUND;
      return respond(200, body)(request, response);
    });

    await expect(findOrders(other.url, 'example.com')).rejects.toThrow(failed.message);
  });
});
