// With a manifest, a production gateway runs listed documents and nothing else.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { print } from 'graphql';
import {
  CertificateOrderApproversDocument,
  CertificateOrderDocument,
  CertificateOrdersDocument,
  ResendDvEmailsDocument,
} from '../../src/client/operations';
import { describeRequest, startTestApp } from '../support/test-app';

const MANIFEST = join(__dirname, '..', '..', 'schema', 'persisted-documents.json');
const LISTED = print(ResendDvEmailsDocument);
const variables = { orderId: '1001' };

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const byHash = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });

const startListed = () =>
  startTestApp({ environment: { NODE_ENV: 'production', PERSISTED_DOCUMENTS: MANIFEST } });

describe('a gateway with a manifest', () => {
  it('has every operation of schema/operations/ in it, by its hash', () => {
    const { format, version, operations } = JSON.parse(readFileSync(MANIFEST, 'utf8'));
    expect({ format, version }).toEqual({ format: 'apollo-persisted-query-manifest', version: 1 });
    const order = print(CertificateOrderDocument);
    const orders = print(CertificateOrdersDocument);
    const approvers = print(CertificateOrderApproversDocument);
    expect(operations).toEqual([
      { id: hashOf(approvers), name: 'CertificateOrderApprovers', type: 'query', body: approvers },
      // As clients with a cache send it; test/docs/examples/persisted.test.ts asks them.
      expect.objectContaining({ name: 'CertificateOrderApprovers', type: 'query' }),
      { id: hashOf(order), name: 'CertificateOrder', type: 'query', body: order },
      expect.objectContaining({ name: 'CertificateOrder', type: 'query' }),
      { id: hashOf(orders), name: 'CertificateOrders', type: 'query', body: orders },
      expect.objectContaining({ name: 'CertificateOrders', type: 'query' }),
      { id: hashOf(LISTED), name: 'ResendDvEmails', type: 'mutation', body: LISTED },
      expect.objectContaining({ name: 'ResendDvEmails', type: 'mutation' }),
    ]);
    for (const { id, body } of operations) {
      expect(id).toBe(hashOf(body));
    }
  });

  it.each([
    ['its text', { query: LISTED }],
    [
      'its text in another layout, with comments',
      { query: `# hello\n${LISTED.replaceAll(/\s+/g, '\n,')}` },
    ],
    [
      'its text as Apollo Client sends it, with __typename everywhere',
      { query: LISTED.replaceAll(/\{\s*(?=\w+)(?!resendDvEmails)/g, '{ __typename ') },
    ],
    [
      'its text as urql sends it, with __typename at the end',
      { query: LISTED.replaceAll(/\}(?=\s*\S)/g, '__typename }') },
    ],
    ['its hash', { extensions: byHash(hashOf(LISTED)) }],
    ['both', { query: LISTED, extensions: byHash(hashOf(LISTED)) }],
    ['its text, and the hash of another', { query: LISTED, extensions: byHash(hashOf('{ a }')) }],
    ['its text, and what is no hash', { query: LISTED, extensions: { persistedQuery: [7] } }],
  ])('runs a listed document by %s', async (_name, body) => {
    const app = await startListed();

    const response = await app.post({ ...body, variables });

    expect(await response.json()).toMatchObject({
      data: { resendDvEmails: { __typename: 'ResendDvEmailsSuccess' } },
    });
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 1001']);
  });

  it.each([
    [
      'another document',
      { query: '{ certificateOrder(id: "1") { id } }' },
      'QUERY_NOT_IN_SAFELIST',
    ],
    ['__typename', { query: '{ __typename }' }, 'QUERY_NOT_IN_SAFELIST'],
    [
      'a listed document with __typename under another name',
      { query: LISTED.replace('acceptedAt', 'acceptedAt again: __typename') },
      'QUERY_NOT_IN_SAFELIST',
    ],
    [
      'a listed document with a spread that is called __typename',
      { query: LISTED.replace('...', '...__typename') },
      'QUERY_NOT_IN_SAFELIST',
    ],
    [
      'a listed document with one field less',
      { query: LISTED.replace('locale', '') },
      'QUERY_NOT_IN_SAFELIST',
    ],
    [
      'a listed document and another',
      { query: `${LISTED} query B { __typename }`, operationName: 'B' },
      'QUERY_NOT_IN_SAFELIST',
    ],
    ['what does not parse', { query: 'mutation {' }, 'QUERY_NOT_IN_SAFELIST'],
    ['what cannot be read', { query: '"' }, 'QUERY_NOT_IN_SAFELIST'],
    ['an empty text', { query: '' }, 'QUERY_NOT_IN_SAFELIST'],
    [
      'an unknown hash',
      { extensions: byHash(hashOf('{ __typename }')) },
      'PERSISTED_QUERY_NOT_FOUND',
    ],
    ['a hash named as a property of objects', { extensions: byHash('constructor') }, 'BAD_REQUEST'],
    [
      'a document that registers itself',
      { query: '{ __typename }', extensions: byHash(hashOf('{ __typename }')) },
      'QUERY_NOT_IN_SAFELIST',
    ],
    ...[
      ['version 2', { version: 2, sha256Hash: hashOf(LISTED) }],
      ['a text', 'x'],
      ['a list', []],
      ['a hash that is an object', { version: 1, sha256Hash: { toString: 1, valueOf: 1 } }],
      ['a hash that is a list', { version: 1, sha256Hash: [hashOf(LISTED)] }],
    ].map(([what, persistedQuery]): [string, object, string] => [
      `a persisted query of ${what}`,
      { extensions: { persistedQuery } },
      'BAD_REQUEST',
    ]),
    [
      'another document under the hash of a listed one',
      { query: '{ __typename }', extensions: byHash(hashOf(LISTED)) },
      'QUERY_NOT_IN_SAFELIST',
    ],
    [
      'no document under the hash of a listed one',
      { query: 0, extensions: byHash(hashOf(LISTED)) },
      'QUERY_NOT_IN_SAFELIST',
    ],
    ['a document that is a list', { query: [LISTED] }, 'QUERY_NOT_IN_SAFELIST'],
    ['a document that is a number', { query: 1 }, 'QUERY_NOT_IN_SAFELIST'],
    ['a batch', [{ query: LISTED, variables }], 'BAD_REQUEST'],
    ['nothing', {}, 'BAD_REQUEST'],
  ])('refuses %s', async (_name, body, code) => {
    const app = await startListed();

    const response = await app.post(body);

    expect(await response.json()).toEqual({
      errors: [
        { message: expect.any(String), extensions: { code, correlationId: 'test-request' } },
      ],
    });
  });

  it('refuses by GET as it does by POST', async () => {
    const app = await startListed();
    const get = async (query: Record<string, string>) => {
      const response = await fetch(`${app.url}?${new URLSearchParams(query)}`, {
        headers: { 'apollo-require-preflight': '1' },
      });
      const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
      return errors[0]?.extensions.code;
    };

    expect(await get({ query: '{ __typename }' })).toBe('QUERY_NOT_IN_SAFELIST');
    expect(await get({ extensions: JSON.stringify(byHash(hashOf(LISTED))) })).toBe(
      'METHOD_NOT_ALLOWED',
    );
  });
});

describe('a second query behind a fragment', () => {
  it('does not lead past the list', async () => {
    const app = await startListed();
    const { port, hostname } = new URL(app.url);
    const response = await new Promise<string>((resolve) => {
      const chunks: Buffer[] = [];
      const socket = connect(Number(port), hostname, () =>
        socket.write(
          'GET /graphql?query=%7B__typename%7D#&query=x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\napollo-require-preflight: 1\r\n\r\n',
        ),
      );
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    });

    expect(response).toMatch(/^HTTP\/1\.1 400 /);
    expect(response).not.toContain('"data"');
  });
});

describe('a gateway without a manifest', () => {
  const query = '{ again: __typename }';
  const hashed = { extensions: byHash(hashOf(query)) };
  const NOT_FOUND = {
    errors: [
      { message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } },
    ],
  };
  const DATA = { data: { again: 'Query' } };

  it.each([
    ['its text', { query }],
    [
      'its text and its hash, as clients and routers send it once the hash is not found',
      { query, ...hashed },
    ],
    ['its text and another hash', { query, extensions: byHash(hashOf('{ __typename }')) }],
  ])('finds a document by its hash that was run before by %s', async (_name, body) => {
    const app = await startTestApp();
    const ask = async (asked: object) => (await app.post(asked)).json();

    expect(await ask(hashed)).toMatchObject(NOT_FOUND);
    // By Apollo Server, then without its pipeline.
    expect(await ask(body)).toEqual(DATA);
    expect(await ask(body)).toEqual(DATA);
    expect(await ask(hashed)).toEqual(DATA);
    expect(await ask({ extensions: byHash(hashOf('{ __typename }')) })).toMatchObject(NOT_FOUND);
  });

  it('finds it by GET too, and refuses a mutation by its hash', async () => {
    const app = await startTestApp();
    const mutation = 'mutation { resendDvEmails(orderId: "1001") { __typename } }';
    await app.post({ query });
    await app.post({ query: mutation });
    app.takeUpstreamRequests();
    const get = async (text: string) => {
      const search = new URLSearchParams({ extensions: JSON.stringify(byHash(hashOf(text))) });
      const headers = { 'apollo-require-preflight': '1' };
      return (await fetch(`${app.url}?${search}`, { headers })).json();
    };

    expect(await get(query)).toEqual(DATA);
    expect(await get(mutation)).toMatchObject({
      errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }],
    });
  });

  it('does not find a document that was refused', async () => {
    const app = await startTestApp();
    const refused = { extensions: byHash(hashOf('{ nope }')) };

    await app.post({ query: '{ nope }', ...refused });

    expect(await (await app.post(refused)).json()).toMatchObject(NOT_FOUND);
  });

  it.each([
    ['another version', { version: 2, sha256Hash: hashOf(query) }],
    ['what is no hash', { version: 1, sha256Hash: { toString: 1 } }],
  ])('refuses %s', async (_name, persistedQuery) => {
    const app = await startTestApp();

    expect(await (await app.post({ extensions: { persistedQuery } })).json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_REQUEST' } }],
    });
  });
});
