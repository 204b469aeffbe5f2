// Says of regular expressions how long they may take: JSON in, JSON out. A program of its own, as the checker is
// many times slower among jest's modules. It runs as a native program where it has one, and else in JavaScript.
process.env.RECHECK_BACKEND = hasNativeChecker() ? 'native' : 'pure';
const { text } = require('node:stream/consumers');
const { check } = require('recheck');

const TIMEOUT_MS = 60_000;

function hasNativeChecker() {
  try {
    require.resolve(
      `recheck-${process.platform.replace('darwin', 'macos')}-${process.arch}/package.json`,
    );
    return true;
  } catch {
    return false;
  }
}

async function main() {
  const literals = JSON.parse(await text(process.stdin));
  const told = [];
  for (const { pattern, flags } of literals) {
    const { status, complexity } = await check(pattern, flags, { timeout: TIMEOUT_MS });
    told.push({ pattern, status, complexity: complexity?.type });
  }
  process.stdout.write(JSON.stringify(told));
}

main();
