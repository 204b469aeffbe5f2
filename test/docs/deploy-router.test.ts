// The router's configuration does what the gateway counts on.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type * as RouterConfig from '../../deploy/router/gateway.config';
import { folder, read } from '../support/deploy';

describe("the router's configuration", () => {
  function load(environment: Readonly<Record<string, string>> = deployed()) {
    Object.assign(process.env, environment);
    // It reads its environment when it is loaded.
    jest.resetModules();
    const { gatewayConfig } = require('../../deploy/router/gateway.config') as typeof RouterConfig;
    delete process.env.ROUTER_SECRET_FILE;
    delete process.env.DV_EMAILS_URLS;
    return gatewayConfig;
  }

  function deployed() {
    const file = join(folder, 'router-secret');
    writeFileSync(file, 'the-new-router-secret,the-old-router-secret\n');
    return { ROUTER_SECRET_FILE: file, DV_EMAILS_URLS: 'http://a/graphql, http://b/graphql,' };
  }

  const callTo = (subgraphName: string) => ({
    subgraphName,
    request: {
      headers: new Headers({
        'x-forwarded-for': '9.9.9.9',
        'x-router-secret': 'mine',
        'x-request-id': 'abc',
      }),
    },
    context: { req: { socket: { remoteAddress: '192.0.2.1' } } as never },
  });

  it('shows the newest secret to its subgraph alone, and says where the call comes from', () => {
    const { fromClientToSubgraphs } = load().propagateHeaders;

    expect(fromClientToSubgraphs(callTo('dv-emails'))).toEqual({
      'x-router-secret': 'the-new-router-secret',
      authorization: null,
      'x-request-id': 'abc',
      'x-forwarded-for': '9.9.9.9, 192.0.2.1',
    });
    expect(fromClientToSubgraphs(callTo('support'))).toEqual({});
    expect(Object.keys(parse(read('..', 'schema', 'supergraph.yaml')).subgraphs)).toEqual([
      'dv-emails',
    ]);
  });

  /** Where the requests to a subgraph went, with what became of each. */
  async function ask(config: ReturnType<typeof load>, failures: Readonly<Record<string, unknown>>) {
    const [{ onFetch }] = config.plugins() as [ReturnType<typeof config.plugins>[number]];
    const urls: string[] = [];
    let fetchFn = async (url: string) => {
      urls.push(url);
      if (url in failures) {
        throw failures[url];
      }
      return new Response();
    };
    const executionRequest = { subgraphName: 'dv-emails' };
    onFetch({ executionRequest, fetchFn, setFetchFn: (wrapped) => (fetchFn = wrapped) });
    const error = await fetchFn('http://of-the-supergraph/graphql').then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return { urls, error };
  }

  it('asks the gateways in turn, and never one request twice', async () => {
    const config = load();
    const urls = [];
    for (let call = 0; call < 3; call += 1) {
      urls.push(...(await ask(config, {})).urls);
    }
    const [{ onFetch }] = config.plugins() as [ReturnType<typeof config.plugins>[number]];
    const setFetchFn = jest.fn();
    onFetch({ executionRequest: { subgraphName: 'support' }, fetchFn: jest.fn(), setFetchFn });

    expect(urls).toEqual(['http://a/graphql', 'http://b/graphql', 'http://a/graphql']);
    expect(setFetchFn).not.toHaveBeenCalled();
    expect(config).not.toHaveProperty('upstreamRetry');
  });

  it('without its variables sends no secret, and calls the address of the supergraph', async () => {
    const config = load({});
    const headers = config.propagateHeaders.fromClientToSubgraphs(callTo('dv-emails'));

    expect(headers).toMatchObject({ 'x-router-secret': null, 'x-request-id': 'abc' });
    expect(await ask(config, {})).toEqual({
      urls: ['http://of-the-supergraph/graphql'],
      error: undefined,
    });
  });

  const refused = Object.assign(new Error(), { code: 'ECONNREFUSED', syscall: 'connect' });
  const unknown = Object.assign(new Error(), { code: 'ENOTFOUND', syscall: 'getaddrinfo' });
  const reset = Object.assign(new Error(), { code: 'ECONNRESET', syscall: 'read' });

  it.each([
    ['refuses the connection', refused],
    ['has no address', unknown],
    ['cannot be connected to, as fetch has it', new TypeError('fetch failed', { cause: refused })],
    ['has two addresses that refuse', new AggregateError([refused, refused])],
  ])('skips a gateway that %s', async (_what, failure) => {
    expect(await ask(load(), { 'http://a/graphql': failure })).toEqual({
      urls: ['http://a/graphql', 'http://b/graphql'],
      error: undefined,
    });
  });

  it.each([
    ['connection is reset', reset],
    ['connection is reset, as fetch has it', new TypeError('fetch failed', { cause: reset })],
    ['failure is anything else', undefined],
  ])('skips none whose %s: emails may have been sent', async (_what, failure) => {
    expect(await ask(load(), { 'http://a/graphql': failure })).toMatchObject({
      urls: ['http://a/graphql'],
    });
  });

  it('reports the failure of the last where none can be connected to', async () => {
    const failures = { 'http://a/graphql': unknown, 'http://b/graphql': refused };
    expect(await ask(load(), failures)).toEqual({
      urls: ['http://a/graphql', 'http://b/graphql'],
      error: refused,
    });
  });
});
