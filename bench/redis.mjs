// A Redis of its own, as far away as wanted.
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { PassThrough, Transform } from 'node:stream';
import { end, findPort, launch } from './launch.mjs';

/** `distanceMs`: from a command to its response, beyond what Redis takes. */
export async function startRedisAt(distanceMs) {
  const port = await findPort();
  const { child } = await launch(
    'redis-server',
    ['--port', String(port), '--save', '', '--appendonly', 'no'],
    { pattern: /Ready to accept connections/ },
  );
  const distance = createServer((near) => {
    const far = createConnection(port, '127.0.0.1');
    near.setNoDelay();
    far.setNoDelay();
    near
      .pipe(toDelay(distanceMs / 2))
      .pipe(far)
      .pipe(toDelay(distanceMs / 2))
      .pipe(near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      one.on('error', () => {}).on('close', () => other.destroy());
    }
  });
  distance.listen(0, '127.0.0.1');
  await once(distance, 'listening');
  return {
    url: `redis://127.0.0.1:${distance.address().port}`,
    close: async () => {
      distance.close();
      await end(child);
    },
  };
}

/** Chunks leave in their order, each so many whole milliseconds after it came. */
function toDelay(delayMs) {
  if (delayMs === 0) {
    return new PassThrough();
  }
  return new Transform({
    readableHighWaterMark: 1e6,
    transform(chunk, _encoding, callback) {
      setTimeout(() => this.push(chunk), delayMs);
      callback();
    },
  });
}
