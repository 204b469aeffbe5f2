// `node NAME.js` reads calls from stdin as JSON, makes them one after another, and prints what was said of each.
import { json } from 'node:stream/consumers';
import type { Library } from './library';

export interface Call {
  /** A feature as it comes, or made safe; without one the library's plain way. */
  readonly feature?: string;
  readonly madeSafe?: boolean;
  readonly query?: boolean;
  readonly url: string;
  readonly orderId: string;
}

function toMethod(library: Library, { feature, madeSafe, query }: Call): Library['resend'] {
  if (feature === undefined) {
    return query ? library.readStatus : library.resend;
  }
  const found = library.features?.[feature];
  return found?.[madeSafe ? 'madeSafe' : 'asItComes'] ?? (() => Promise.resolve('no such feature'));
}

export async function run(library: Library): Promise<void> {
  const said: string[] = [];
  const crashed = new Promise<string>((resolve) => {
    process.once('uncaughtException', (error) => resolve(`threw, and nothing caught it: ${error}`));
  });
  for (const call of (await json(process.stdin)) as readonly Call[]) {
    const method = toMethod(library, call);
    const text = method(call.url, call.orderId).catch((error: unknown) => `threw ${error}`);
    said.push(await Promise.race([text, crashed]));
  }
  process.stdout.write(
    JSON.stringify({ said, features: Object.keys(library.features ?? {}) }),
    () => process.exit(),
  );
}
