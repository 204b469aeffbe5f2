// A TCP port for a program that does not report which one it took.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** As a program's options and environment have it. */
export async function findFreePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
}
