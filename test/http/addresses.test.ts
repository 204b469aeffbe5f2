// The addresses that `HOST=::`, the image's, listens on: real network namespaces with one kind of address, or both.
import { spawnSync } from 'node:child_process';
import { describeWhere } from '../support/describe-where';
import { startGateway, waitForLine } from '../support/program';

const namespaces = spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up']);

const describeWithNamespaces = describeWhere(
  'of addresses',
  namespaces.status === 0 ? undefined : 'unshare cannot make a network namespace here',
  'REQUIRE_NAMESPACES',
);

/** Starts a gateway, and asks it at both loopback addresses. */
const PROGRAM = `
const { spawn } = require('node:child_process');
const gateway = spawn(process.execPath, [process.argv[1]], {
  env: { HOST: '::', PORT: '4000', METRICS_PORT: '9464', DIGICERT_API_KEY: 'any' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ask = (url) => fetch(url).then(({ status }) => status, ({ cause }) => cause.code);
gateway.stdout.on('data', async (chunk) => {
  if (String(chunk).includes('gateway.started')) {
    const told = { url: JSON.parse(chunk).url };
    for (const host of ['[::1]', '127.0.0.1']) {
      told[host] = [await ask('http://' + host + ':4000/readyz'), await ask('http://' + host + ':9464/metrics')];
    }
    console.log(JSON.stringify(told));
    gateway.kill();
  }
});
`;

describeWithNamespaces('HOST=:: listens', () => {
  it.each([
    [
      'both',
      'true',
      { url: 'http://[::]:4000/graphql', '[::1]': [200, 200], '127.0.0.1': [200, 200] },
    ],
    [
      'IPv6 alone',
      'ip addr del 127.0.0.1/8 dev lo',
      {
        url: 'http://[::]:4000/graphql',
        '[::1]': [200, 200],
        '127.0.0.1': ['ENETUNREACH', 'ENETUNREACH'],
      },
    ],
    [
      'IPv4 alone',
      'ip addr del ::1/128 dev lo',
      {
        url: 'http://127.0.0.1:4000/graphql',
        '[::1]': ['EADDRNOTAVAIL', 'EADDRNOTAVAIL'],
        '127.0.0.1': [200, 200],
      },
    ],
  ])('where there is %s', (_name, change, expected) => {
    const { stdout, stderr } = spawnSync(
      'unshare',
      [
        ...['--net', 'sh', '-c', `ip link set lo up; ${change}; exec "$@"`, 'sh'],
        ...[process.execPath, '--eval', PROGRAM, 'dist/main.js'],
      ],
      { encoding: 'utf8' },
    );

    expect({ stderr, told: JSON.parse(stdout || 'null') }).toEqual({ stderr: '', told: expected });
  });
});

it('logs a caller of IPv4 by that address', async () => {
  const { program, url } = await startGateway({ HOST: '::', AUDIT_ADDRESSES: 'plain' });

  await fetch(`http://127.0.0.1:${new URL(url).port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'mutation { resendDvEmails(orderId: "1001") { __typename } }' }),
  });

  const line = await waitForLine(program, /resend\.completed/);
  expect(JSON.parse(line)).toMatchObject({ callerAddress: '127.0.0.1' });
});
