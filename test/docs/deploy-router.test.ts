// The router's configuration does what the gateway counts on.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type * as RouterConfig from '../../deploy/router/gateway.config';
import { folder, read } from '../support/deploy';

describe("the router's configuration", () => {
  function load() {
    const file = join(folder, 'router-secret');
    writeFileSync(file, 'the-new-router-secret,the-old-router-secret\n');
    process.env.ROUTER_SECRET_FILE = file;
    process.env.DV_EMAILS_URLS = 'http://a/graphql, http://b/graphql';
    // It reads its environment when it is loaded.
    jest.resetModules();
    const { gatewayConfig } = require('../../deploy/router/gateway.config') as typeof RouterConfig;
    delete process.env.ROUTER_SECRET_FILE;
    delete process.env.DV_EMAILS_URLS;
    return gatewayConfig;
  }

  const callTo = (subgraphName: string) => ({
    subgraphName,
    request: { headers: new Headers({ 'x-forwarded-for': '9.9.9.9', 'x-router-secret': 'mine' }) },
    context: { req: { socket: { remoteAddress: '192.0.2.1' } } as never },
  });

  it('shows the newest secret to its subgraph alone, and says where the call comes from', () => {
    const { fromClientToSubgraphs } = load().propagateHeaders;

    expect(fromClientToSubgraphs(callTo('dv-emails'))).toEqual({
      'x-router-secret': 'the-new-router-secret',
      authorization: null,
      'x-forwarded-for': '9.9.9.9, 192.0.2.1',
    });
    expect(fromClientToSubgraphs(callTo('support'))).toEqual({});
    expect(Object.keys(parse(read('..', 'schema', 'supergraph.yaml')).subgraphs)).toEqual([
      'dv-emails',
    ]);
  });

  it('asks the gateways in turn, and never one request twice', () => {
    const config = load();
    const [{ onFetch }] = config.plugins() as [ReturnType<typeof config.plugins>[number]];
    const urls: string[] = [];
    for (const subgraphName of ['dv-emails', 'support', 'dv-emails', 'dv-emails']) {
      onFetch({ executionRequest: { subgraphName }, setURL: (url) => urls.push(url) });
    }

    expect(urls).toEqual(['http://a/graphql', 'http://b/graphql', 'http://a/graphql']);
    expect(config).not.toHaveProperty('upstreamRetry');
  });
});
