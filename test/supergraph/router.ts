// A router as a process of its own, in front of the subgraphs of a composed supergraph.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { printGatewaySchema } from '../../src/graphql/schema';
import { closeLater } from '../support/close-later';
import { findFreePort } from '../support/free-port';

const HIVE = join(__dirname, 'node_modules', '.bin', 'hive-gateway');

export const ROUTERS = {
  'Apollo Gateway': (file: string, port: string) => [
    process.execPath,
    ...[join(__dirname, 'apollo-gateway.cjs'), file, port],
  ],
  'Hive Gateway': (file: string, port: string) => [
    HIVE,
    ...['supergraph', file, '--host', '127.0.0.1', '--port', port],
  ],
} as const;

export type RouterName = keyof typeof ROUTERS;

interface RouterOptions {
  /** Other subgraphs. */
  readonly others?: readonly { name: string; url: string; sdl: string }[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Where GraphQL is served. `url`: the gateway's. */
export async function startRouter(
  name: RouterName,
  url: string,
  { others = [], args = [], env = {} }: RouterOptions = {},
): Promise<string> {
  const { supergraphSdl } = composeServices(
    [{ name: 'dv-emails', url, sdl: printGatewaySchema() }, ...others].map(
      ({ sdl, ...subgraph }) => ({
        ...subgraph,
        typeDefs: parse(sdl),
      }),
    ),
  );
  const folder = mkdtempSync(join(tmpdir(), 'supergraph-'));
  const file = join(folder, 'supergraph.graphql');
  writeFileSync(file, supergraphSdl ?? '');
  const [command = '', ...own] = ROUTERS[name](file, await findFreePort());
  const router = spawn(command, [...own, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: folder,
    env: { ...process.env, ...env },
  });
  closeLater(() => {
    router.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  for await (const line of createInterface({ input: router.stdout })) {
    const origin = /Listening on \S*(http:\/\/[\d.]+:\d+)/.exec(line)?.[1];
    if (origin) {
      router.stdout.resume();
      return `${origin}/graphql`;
    }
  }
  throw new Error(`${name} did not start`);
}

/** As deploy/router configures it. `urls`: the gateways', with commas; Apollo Gateway calls the first alone. */
export function startDeployed(name: RouterName, urls: string, secret: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'router-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  const ROUTER_SECRET_FILE = join(folder, 'router-secret');
  writeFileSync(ROUTER_SECRET_FILE, secret);
  const deployed = join(__dirname, '..', '..', 'deploy', 'router');
  const [url = ''] = urls.split(',');
  return name === 'Hive Gateway'
    ? startRouter(name, url, {
        args: ['--config-path', join(deployed, 'gateway.config.ts')],
        env: { ROUTER_SECRET_FILE, DV_EMAILS_URLS: urls },
      })
    : startRouter(name, url, {
        env: {
          ROUTER_SECRET_FILE,
          DATA_SOURCE: join(deployed, 'apollo-data-source.cjs'),
          // Where it finds what it extends.
          NODE_PATH: join(__dirname, 'node_modules'),
        },
      });
}

export async function ask(
  url: string,
  query: string,
  variables: object = {},
  headers: Readonly<Record<string, string>> = {},
) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return response.json() as Promise<{ data?: Record<string, unknown>; errors?: object[] }>;
}
