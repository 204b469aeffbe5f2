// The checks of the scanner graphql-cop, made again: in production none of them finds anything.
import { startTestApp, type TestApp } from '../support/test-app';

let app: TestApp;
beforeEach(async () => {
  app = await startTestApp({ environment: { NODE_ENV: 'production' } });
});

async function post(body: unknown, headers?: Record<string, string>) {
  const response = await app.post(body, headers);
  const text = await response.text();
  return {
    response,
    text,
    body: JSON.parse(text) as { data?: unknown; errors?: { extensions?: object }[] },
  };
}

const repeat = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index)).join(' ');

describe('graphql-cop finds no', () => {
  it('alias overloading', async () => {
    const { response, body } = await post({
      query: `query cop { ${repeat(101, (index) => `alias${index}: __typename`)} }`,
      operationName: 'cop',
    });
    expect(response.status).toBe(400);
    expect(body).not.toHaveProperty('data');
  });

  it('array-based batching', async () => {
    const { response, body } = await post(
      Array.from({ length: 10 }, () => ({
        query: 'query cop { __typename }',
        operationName: 'cop',
      })),
    );
    expect(response.status).toBe(400);
    expect(Array.isArray(body)).toBe(false);
  });

  it('directive overloading', async () => {
    const { response, body } = await post({
      query: `query cop { __typename ${'@aa'.repeat(10)} }`,
      operationName: 'cop',
    });
    expect(response.status).toBe(400);
    expect(body.errors?.length).toBeLessThan(10);
  });

  it('field duplication', async () => {
    const { response, body } = await post({
      query: `query cop { ${repeat(501, () => '__typename')} }`,
      operationName: 'cop',
    });
    expect(response.status).toBe(400);
    expect(body).not.toHaveProperty('data');
  });

  it('circular query by introspection', async () => {
    const { response, body } = await post({
      query:
        'query cop { __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }',
      operationName: 'cop',
    });
    expect(response.status).toBe(400);
    expect(body).not.toHaveProperty('data');
  });

  it('introspection', async () => {
    const { body } = await post({
      query: 'query cop { __schema { types { name fields { name } } } }',
      operationName: 'cop',
    });
    expect(body).not.toHaveProperty('data');
  });

  it('introspection of a single type', async () => {
    const { body } = await post({ query: '{ __type(name: "Mutation") { name } }' });
    expect(body).not.toHaveProperty('data');
  });

  it('field suggestions', async () => {
    for (const query of [
      'query cop { __schema { directive } }',
      '{ certificateOrde(id: "1") { id } }',
    ]) {
      expect((await post({ query })).text).not.toContain('Did you mean');
    }
  });

  it('explorer page', async () => {
    for (const path of ['', '/graphiql', '/playground', '/console', '/graphql']) {
      const response = await fetch(new URL(app.url).origin + path, {
        headers: { accept: 'text/html' },
      });
      const text = await response.text();
      expect(response.headers.get('content-type')).not.toContain('text/html');
      expect(text).not.toMatch(/graphiql|playground|sandbox/i);
    }
  });

  it('queries by GET', async () => {
    const response = await fetch(
      `${app.url}?query=${encodeURIComponent('query cop { __typename }')}`,
    );
    expect(response.status).toBe(400);
    expect(await response.json()).not.toHaveProperty('data');
  });

  it('mutations by GET', async () => {
    const query = encodeURIComponent('mutation cop { __typename }');
    for (const headers of [{}, { 'apollo-require-preflight': '1' }]) {
      const response = await fetch(`${app.url}?query=${query}`, { headers });
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(await response.json()).not.toHaveProperty('data');
    }
  });

  it('queries by a posted form', async () => {
    const response = await fetch(app.url, {
      method: 'POST',
      body: new URLSearchParams({ query: 'query cop { __typename }' }),
    });
    expect(response.status).toBe(415);
  });

  it('trace mode', async () => {
    const { body } = await post(
      { query: 'query cop { __typename }', operationName: 'cop' },
      { 'apollo-tracing': '1', 'apollo-federation-include-trace': 'ftv1' },
    );
    expect(body).toEqual({ data: { __typename: 'Query' } });
  });

  it('unhandled error', async () => {
    for (const query of ['query cop { ABC', 'query cop { __typename(x: 1) }', '\u0000', '#']) {
      const { text } = await post({ query });
      expect(text).not.toMatch(/exception|stacktrace|node_modules|\bat .+:\d+:\d+/);
    }
  });
});
