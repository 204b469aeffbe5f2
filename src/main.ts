#!/usr/bin/env node
// The only reader of argv, environment and signals.

// First: it has to see what the others are loaded from.
import './one-build';
import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type App, startApp } from './app';
import { toVisible } from './lib/visible-text';
import { isOneBuild } from './one-build';
import { parsePort } from './settings/parsers';
import { parseSettings } from './settings/settings';
import { createLog, createPrettyStream } from './telemetry/log';
import { Output } from './telemetry/output';
import { loadSimulator } from './upstream';

const USAGE = `usage: main [start | simulator [PORT]]

  start                 serve GraphQL, with the settings that docs/settings.md lists (default)
  simulator [PORT]      serve the simulated DigiCert alone (default port 4010)
`;

const TWO_BUILDS = 'another build took the place of dist/ meanwhile. Start again.';

const DEFAULT_SIMULATOR_PORT = '4010';

async function start(): Promise<void> {
  const parsed = parseSettings(process.env);
  if (!parsed.ok) {
    return fail(`Invalid configuration:\n  ${parsed.problems.join('\n  ')}`);
  }
  const { settings } = parsed;
  const output = process.stdout.isTTY ? undefined : new Output(tellOperator);
  process.on('exit', () => output?.end());
  const log = createLog(settings.logLevel, output ?? createPrettyStream());
  let app: App | undefined;
  let stopping = false;
  const stop = async () => {
    if (stopping) {
      return;
    }
    stopping = true;
    try {
      await app?.close({ atOnce: process.exitCode === 1 });
      log.info({ event: 'gateway.stopped' }, 'stopped');
    } catch (error) {
      process.exitCode = 1;
      log.fatal({ event: 'gateway.crashed', err: error }, 'unexpected error while stopping');
    }
    // What still keeps the process running is not worth waiting for.
    process.exit();
  };
  let signals = 0;
  onStopSignal((signal) => {
    signals += 1;
    if (signals > 1) {
      log.warn({ event: 'gateway.stopped', signal }, 'stopped at once, by a second signal');
      process.exit(1);
    }
    const message = 'stopping: what is in flight is answered first';
    log.info({ event: 'gateway.stopping', signal }, message);
    void stop();
  });
  app = await startApp(settings, { log, isLogRead: () => output?.isWritable ?? true });
  if (!isOneBuild()) {
    throw new Error(TWO_BUILDS);
  }
  // Nothing awaits it, so nothing is left half done by it; a caller who finds one must not be able to stop the gateway.
  process.on('unhandledRejection', app.reportUnhandledRejection);
  // An exception that nothing caught may have left anything behind: what is in flight is answered, and that is all.
  process.on('uncaughtException', (error) => {
    process.exitCode = 1;
    log.fatal({ event: 'gateway.crashed', err: error }, 'unexpected error: stopping');
    void stop();
  });
  const { url, metricsUrl } = app;
  const { httpsProxy, httpProxy } = settings.proxies ?? {};
  const proxies = { httpsProxy: httpsProxy?.host, httpProxy: httpProxy?.host };
  log.info(
    { event: 'gateway.started', url, metricsUrl, ...proxies },
    `GraphQL is served at ${url}`,
  );
}

async function simulate(portText: string): Promise<void> {
  const simulator = await loadSimulator().startSimulator({ port: readPort(portText) });
  process.stdout.write(
    `The simulated DigiCert answers at ${simulator.baseUrl} (any API key is fine).\n` +
      `What was accepted is listed at ${simulator.outboxUrl}.\n` +
      `An identity provider is simulated too: access tokens are at ${simulator.tokenUrl}, keys at ${simulator.jwksUrl}.\n`,
  );
  onStopSignal(() => void simulator.close());
}

function readPort(text: string): number {
  try {
    return parsePort(text);
  } catch (error) {
    throw new Error(`PORT ${(error as Error).message}`);
  }
}

function onStopSignal(stop: (signal: NodeJS.Signals) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, stop);
  }
}

/** Where the log cannot be written. */
function tellOperator(problem: string): void {
  try {
    writeSync(process.stderr.fd, `${problem}\n`);
  } catch {
    // Standard error cannot be written either.
  }
}

function fail(message: string): never {
  process.stderr.write(`${toVisible(message)}\n`);
  // What a start has opened may be open still.
  process.exit(1);
}

async function run(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean' } },
  });
  const [command = 'start', port = DEFAULT_SIMULATOR_PORT] = positionals;
  if (values.help) {
    process.stdout.write(USAGE);
  } else if (command === 'start') {
    await start();
  } else if (command === 'simulator') {
    await simulate(port);
  } else {
    fail(USAGE);
  }
}

run().catch((error: unknown) => {
  // Nearly always a port in use or a mistyped option: a sentence says more than a stack.
  const reason = error instanceof Error ? error.message : String(error);
  fail(`Not started: ${isOneBuild() ? reason : TWO_BUILDS}`);
});
