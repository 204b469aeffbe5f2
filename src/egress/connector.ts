// Opens connections, straight or through a proxy. undici's own proxy agent is not used: where a proxy closes without an
// answer, 7.30 goes on asking it, also after the call has ended. Here each try is one CONNECT.
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { buildConnector } from 'undici';
import { findProxy, type ProxySettings } from './proxy';

/** undici's, and may be stopped while it connects: that calls back with an error. */
export type Connect = (...args: Parameters<buildConnector.connector>) => () => void;

/** TCP, TLS and CONNECT each; a deadline below it wins. */
const CONNECT_TIMEOUT_MS = 5_000;

export function createConnector(
  proxies: ProxySettings | undefined,
  timeoutMs = CONNECT_TIMEOUT_MS,
): Connect {
  const connect = buildConnector({ timeout: timeoutMs });
  return (options, callback) => {
    const { protocol, hostname } = options;
    const port = Number(options.port) || (protocol === 'https:' ? 443 : 80);
    const proxy = proxies && findProxy(proxies, { protocol, hostname, port });
    let stop: () => void;
    const connectTo = (target: typeof options) => {
      // Its types hide that it returns the socket.
      const socket = connect(target, callback) as unknown as Socket;
      stop = () => socket.destroy(createDeadlineError());
    };
    if (!proxy) {
      connectTo(options);
      return () => stop();
    }
    const authority = `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
    stop = openTunnel(proxy, { authority, timeoutMs }, (error, socket) => {
      if (!socket) {
        callback(error, null);
      } else if (protocol === 'https:') {
        connectTo({ ...options, httpSocket: socket });
      } else {
        callback(null, socket);
      }
    });
    return () => stop();
  };
}

/** Asks a proxy once for a connection to `authority` (RFC 9110 section 9.3.6). Calls back once; no error holds the proxy's credentials. */
function openTunnel(
  proxy: URL,
  { authority, timeoutMs }: { readonly authority: string; readonly timeoutMs: number },
  callback: (...result: [error: null, socket: Socket] | [error: Error, socket: null]) => void,
): () => void {
  const { protocol, hostname, port, username, password } = proxy;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const request = (protocol === 'https:' ? requestHttps : requestHttp)({
    method: 'CONNECT',
    hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port || (protocol === 'https:' ? 443 : 80),
    path: authority,
    headers: {
      host: authority,
      connection: 'keep-alive',
      ...(credentials !== ':' && {
        'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}`,
      }),
    },
    // Its own connection, which nothing else uses.
    agent: false,
  });
  const timer = setTimeout(
    () => request.destroy(toError('PROXY_TIMEOUT', 'The proxy does not answer CONNECT.')),
    timeoutMs,
  );
  request.once('error', (error) => {
    clearTimeout(timer);
    callback(error, null);
  });
  // With any status, as it is CONNECT that is answered.
  request.once('connect', ({ statusCode = 0 }, socket: Socket, head) => {
    clearTimeout(timer);
    // It is reported by what uses the socket, if anything does.
    socket.on('error', () => {});
    // A client speaks first in HTTP and in TLS: what comes before is not from the server.
    if (statusCode >= 200 && statusCode < 300 && head.length === 0) {
      callback(null, socket);
    } else {
      socket.destroy();
      callback(
        toError(`PROXY_${statusCode}`, `The proxy answers CONNECT with ${statusCode}.`),
        null,
      );
    }
  });
  request.end();
  return () => request.destroy(createDeadlineError());
}

export function createDeadlineError(): Error {
  return toError('DEADLINE', 'No call waits for the connection any more.');
}

function toError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
