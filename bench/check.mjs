// A quick look whether a mutation has become much slower: `npm run bench:check`. It is compared with the raw
// forwarder in the same minute, so that a slow machine does not matter; the bound leaves room for a noisy one.
import { BARE, CONTESTANTS, FORWARDER } from './contestants.mjs';
import { compare } from './figures/side-by-side.mjs';
import { leaveProcessor } from './machine.mjs';
import { toRatio } from './statistics.mjs';

/** The bare profile takes some 3.5 times what the forwarder takes. */
const MAX_RATIO = 5;

/** A machine that others use too measures too much for a while: only what is too slow each time is. */
const TRIES = 3;

async function measure() {
  const results = await compare({
    contestants: CONTESTANTS.filter(({ name }) => [BARE, FORWARDER].includes(name)),
    delayMs: 0,
    connections: 50,
    rounds: 5,
    seconds: 2,
    tell: (text) => process.stdout.write(`${text}\n`),
  });
  const ratio = toRatio(results.get(BARE), results.get(FORWARDER));
  process.stdout.write(`${BARE} to ${FORWARDER}: ${ratio.toFixed(2)}, at most ${MAX_RATIO}\n`);
  return ratio;
}

leaveProcessor();
let isTooSlow = true;
for (let tries = 0; isTooSlow && tries < TRIES; tries += 1) {
  isTooSlow = (await measure()) > MAX_RATIO;
}
process.exit(isTooSlow ? 1 : 0);
