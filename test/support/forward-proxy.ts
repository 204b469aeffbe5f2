// A forward proxy that opens tunnels for CONNECT, as companies have them at the way out, with a log and moods of its own.
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { closeLater } from './close-later';

/** Answers a CONNECT; `request.url` is where to. */
export type OnConnect = (request: IncomingMessage, socket: Socket) => void;

/** Opens the tunnel, as it should be; 502 where no server listens. */
export const tunnel: OnConnect = (request, socket) => {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(request.url ?? '') ?? [];
  const target = connect(Number(port), host);
  const refuse = () => answer(502)(request, socket);
  target.once('error', refuse);
  target.once('connect', () => {
    target.off('error', refuse);
    // A reset on one side is one on the other; pipe would pass on an orderly end alone.
    target.on('error', () => socket.resetAndDestroy());
    socket.on('error', () => target.resetAndDestroy());
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    socket.pipe(target).pipe(socket);
  });
  socket.once('close', () => target.destroy());
  target.once('close', () => socket.destroy());
};

export const answer =
  (status: number, headers = ''): OnConnect =>
  (_request, socket) =>
    void socket.end(`HTTP/1.1 ${status} Proxy says so\r\n${headers}Content-Length: 0\r\n\r\n`);

/** Takes the CONNECT, says nothing and closes. */
export const closeAtOnce: OnConnect = (_request, socket) => void socket.destroy();

/** Never answers. */
export const hangOn: OnConnect = () => {};

/** Says that the tunnel is open, and closes. */
export const closeAfter200: OnConnect = (_request, socket) =>
  void socket.end('HTTP/1.1 200 Connection established\r\n\r\n');

/** Takes what is sent through the tunnel, and dies. */
export const dieInMidCall: OnConnect = (_request, socket) => {
  socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
  socket.once('data', () => socket.resetAndDestroy());
};

export interface ForwardProxy {
  readonly url: string;
  readonly port: number;
  /** The targets of every CONNECT so far, in order. */
  readonly connects: readonly string[];
  /** Headers of the last one. */
  readonly headers: () => IncomingMessage['headers'];
  onConnect: OnConnect;
  /** Resolves with the next CONNECT. */
  nextConnect(): Promise<unknown>;
  close(): void;
}

export async function startForwardProxy(onConnect: OnConnect = tunnel): Promise<ForwardProxy> {
  const connects: string[] = [];
  const sockets = new Set<Socket>();
  const events = new EventEmitter();
  let headers = {};
  // Another method than CONNECT is a mistake.
  const refuse: RequestListener = (request, response) => {
    connects.push(`${request.method} ${request.url}`);
    response.writeHead(405).end();
  };
  const server = createServer(refuse).listen(0, '127.0.0.1');
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    connects.push(request.url ?? '');
    headers = request.headers;
    proxy.onConnect(request, socket);
    events.emit('connect');
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const proxy: ForwardProxy = {
    url: `http://127.0.0.1:${port}`,
    port,
    connects,
    headers: () => headers,
    onConnect,
    nextConnect: () => once(events, 'connect'),
    close: () => {
      server.close();
      for (const socket of sockets) {
        socket.destroy();
      }
    },
  };
  closeLater(proxy.close);
  return proxy;
}
