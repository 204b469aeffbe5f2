#!/usr/bin/env bash
# jest 30.5.2: a percentage of workers above 100 is a number of workers.
#
# `maxWorkers: "50%"` is half the cores, as documented. More than there are cores is useful where tests wait for processes and
# sockets, so one would expect "150%" to be one and a half times the cores, or to be refused. It is neither: 150 workers are
# allowed, on any machine, and jest starts as many as there are test files.
#
# Seen with any number of cores: "100%" gives the number of cores, "150%" gives 150.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund jest@30.5.2
cat > jest.config.js <<'CONFIG'
module.exports = { testEnvironment: 'node' };
CONFIG
cat > one.test.js <<'TEST'
test('passes', () => {});
TEST
cat > try.cjs <<'PROGRAM'
const { spawnSync } = require('node:child_process');
const { availableParallelism } = require('node:os');
const { version } = require('jest/package.json');
const workersFor = (text) => {
  const { stdout } = spawnSync('npx', ['jest', '--showConfig', `--maxWorkers=${text}`], {
    encoding: 'utf8',
  });
  return JSON.parse(stdout).globalConfig.maxWorkers;
};
const seen = {
  jest: version,
  cores: availableParallelism(),
  'of 100%': workersFor('100%'),
  'of 150%': workersFor('150%'),
};
console.log(JSON.stringify(seen, null, 2));
process.exitCode = seen['of 100%'] === seen.cores && seen['of 150%'] === 150 ? 0 : 1;
PROGRAM
node try.cjs
