// The way out: the one place where connections to DigiCert, the identity provider and a collector are set up.
import http from 'node:http';
import https from 'node:https';
import { Agent, type buildConnector, Client, type Dispatcher } from 'undici';
import type { Clock } from '../lib/clock';
import type { Deadline } from '../lib/deadline';
import { type Connect, createConnector, createDeadlineError } from './connector';
import type { ProxySettings } from './proxy';

/** Shorter than any server is likely to keep an idle connection, so that none is closed under a request. */
const KEEP_ALIVE_TIMEOUT_MS = 4_000;

/** Ceiling for a keep-alive hint of the server's. */
const KEEP_ALIVE_MAX_TIMEOUT_MS = 30_000;

/** Bytes of response headers that are read. */
const MAX_RESPONSE_HEADER_BYTES = 16 * 1024;

/** Milliseconds for which a connection is used. Its address was looked up before: a change of DNS is followed after so long, also under load. */
const MAX_CONNECTION_AGE_MS = 60_000;

/** Without proxies: straight. */
export function createEgress(proxies?: ProxySettings) {
  const connect = createConnector(proxies);
  const options = {
    connect,
    // One request per connection at a time: a lost connection then leaves one outcome unknown, not many.
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MAX_TIMEOUT_MS,
    maxHeaderSize: MAX_RESPONSE_HEADER_BYTES,
    // Who calls has a deadline for headers and body together, so undici's own two timers stay off.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  return {
    /** For one origin, with one connection. */
    createClient: (origin: string, clock: Clock): Dispatcher =>
      new LiveClient(origin, options, connect, clock),
    /** For `fetch` to any origin. */
    createAgent: () => new Agent(options),
    /** For node:http and node:https. */
    createHttpAgent: (protocol: string) => createHttpAgent(protocol, connect),
  };
}

/**
 * Connects for a call alone that still waits: one whose deadline has passed has its response. A connection that is too old takes
 * one last call. undici's `clientTtl` is for pools.
 */
class LiveClient extends Client {
  constructor(
    origin: string,
    options: Client.Options,
    connect: Connect,
    private readonly clock: Clock,
    private readonly state: { deadline?: Deadline | undefined; renewAtMs: number } = {
      renewAtMs: 0,
    },
  ) {
    super(origin, {
      ...options,
      connect: (target, callback) => {
        // undici asks for a connection in place of one that was cut off with its call.
        if (state.deadline?.isExpired) {
          setImmediate(() => callback(createDeadlineError(), null));
          return;
        }
        const stop = connect(target, (...result) => {
          ignoreDeadline?.();
          state.renewAtMs = clock.monotonicMs() + MAX_CONNECTION_AGE_MS;
          callback(...result);
        });
        const ignoreDeadline = state.deadline?.onExpired(stop);
      },
    });
  }

  override dispatch(
    options: Dispatcher.DispatchOptions & { readonly deadline?: Deadline },
    handler: Dispatcher.DispatchHandler,
  ): boolean {
    this.state.deadline = options.deadline;
    const isOld = this.clock.monotonicMs() >= this.state.renewAtMs && this.stats.connected;
    return super.dispatch(isOld ? { ...options, reset: true } : options, handler);
  }
}

function createHttpAgent(protocol: string, connect: Connect): http.Agent {
  const agent = new (protocol === 'https:' ? https : http).Agent({ keepAlive: true });
  return Object.assign(agent, {
    createConnection: (
      { host, port, servername }: { host: string; port: number; servername?: string },
      callback: buildConnector.Callback,
    ) => {
      const target = { protocol, hostname: host, host, port: String(port) };
      connect({ ...target, ...(servername && { servername }) }, callback);
    },
  });
}
