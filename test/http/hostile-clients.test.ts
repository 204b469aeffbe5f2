// Broken and hostile clients, over raw sockets, against the program as it is started.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { loggedEvents, type Program, startGateway } from '../support/program';

/** Milliseconds after which a client that is not answered hangs up; a mutated request may wait for more. */
const PATIENCE_MS = 5_000;
const MUTANT_PATIENCE_MS = 100;

const HEAD = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const BODY = '{"query":"{__typename}"}';
function toMutation(orderId: string): string {
  const query = `mutation { resendDvEmails(orderId: "${orderId}") { __typename } }`;
  const body = JSON.stringify({ query });
  return `${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`;
}
const GOOD = `${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}`;

/** Sends bytes and collects what comes back until the server closes, or patience runs out. */
function talk(
  port: number,
  bytes: string | Buffer,
  { patienceMs = PATIENCE_MS, hangUp = false } = {},
): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(bytes);
      if (hangUp) {
        socket.destroy();
      }
    });
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

async function expectGoodResponse(url: string): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: BODY,
  });
  expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
}

/** Resident memory in bytes. */
function readMemory({ pid }: Program): number {
  const pages = Number(/^\d+ (\d+)/.exec(readFileSync(`/proc/${pid}/statm`, 'utf8'))?.[1]);
  return pages * 4096;
}

const portOf = (url: string) => Number(new URL(url).port);

type Gateway = Awaited<ReturnType<typeof startGateway>>;

/** As it is started; and one that waits for a request only a moment. */
let gateway: Gateway;
let quickGateway: Gateway;

beforeAll(async () => {
  [gateway, quickGateway] = await Promise.all([
    startGateway(),
    startGateway({ REQUEST_TIMEOUT_MS: '100' }),
  ]);
});

/** The same bytes in every run, so that a failure can be repeated. */
function* pseudoRandom(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** A good request with a few bytes of it changed, cut out or doubled. */
function mutate(random: Generator<number>): Buffer {
  const bytes = Buffer.from(GOOD);
  const next = (below: number) => Math.floor((random.next().value as number) * below);
  for (let change = next(8); change >= 0; change -= 1) {
    bytes[next(bytes.length)] = next(256);
  }
  const cut = next(bytes.length);
  return next(3) === 0
    ? Buffer.concat([bytes, bytes.subarray(cut)])
    : bytes.subarray(0, bytes.length - next(2) * cut);
}

const chunked = (text: string) => `${HEAD}Transfer-Encoding: chunked\r\n\r\n${text}`;

const MALFORMED: readonly (readonly [string, string])[] = [
  ['garbage', '\u0016\u0003\u0001\u0002\u0000\u0001garbage\r\n\r\n'],
  ['a NUL in a header', `${HEAD}X-Nul: a\0b\r\n\r\n`],
  ['a NUL in the path', 'GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a chunk size that is no number', chunked('zz\r\nabc\r\n0\r\n\r\n')],
  ['a chunk size without end', chunked(`${'f'.repeat(64)}\r\nabc`)],
  ['a negative chunk size', chunked('-1\r\nabc\r\n0\r\n\r\n')],
  ['Content-Length twice', `${HEAD}Content-Length: 5\r\nContent-Length: 24\r\n\r\n${BODY}`],
  [
    'Content-Length and chunks',
    `${HEAD}Content-Length: 24\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['a negative Content-Length', `${HEAD}Content-Length: -1\r\n\r\n`],
  ['a Content-Length that is no number', `${HEAD}Content-Length: abc\r\n\r\n`],
  ['10,000 headers', `${HEAD}${'X: y\r\n'.repeat(10_000)}\r\n`],
  ['a header of 1 MB', `${HEAD}X-Long: ${'x'.repeat(1_000_000)}\r\n\r\n`],
  ['a path of 1 MB', `GET /${'x'.repeat(1_000_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
  ['no Host', 'POST /graphql HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'],
  [
    'an invalid Host',
    `POST /graphql HTTP/1.1\r\nHost: a b[\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  ],
  ['a folded header', `${HEAD}X-Fold: a\r\n b\r\n\r\n`],
  ['a method that does not exist', 'BREW /graphql HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['an unknown expectation', `${HEAD}Expect: tea\r\nContent-Length: 24\r\n\r\n${BODY}`],
  ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n'],
  ['HTTP/9.9', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
  ['an unknown transfer coding', `${HEAD}Transfer-Encoding: gzip\r\n\r\n`],
];

describe('hostile clients', () => {
  it.each(MALFORMED)(
    'get a refusal in JSON, and the connection is closed: %s',
    async (_name, bytes) => {
      const { url } = gateway;

      const response = await talk(portOf(url), bytes);

      expect(response).toMatch(/^HTTP\/1\.1 4\d\d [\w ]+\r\n/);
      const [head = '', body = ''] = response.split('\r\n\r\n');
      // The latter where no request could be read, and so no Accept.
      expect(head).toMatch(
        /^content-type: application\/(?:json|graphql-response\+json); charset=utf-8$/im,
      );
      expect(JSON.parse(body)).toEqual({
        errors: [
          {
            message: expect.any(String),
            extensions: { code: expect.any(String), correlationId: expect.any(String) },
          },
        ],
      });
      await expectGoodResponse(url);
    },
  );

  it('may send requests in a row without waiting, and each is answered in order', async () => {
    const { url } = gateway;
    const last = GOOD.replace('Host: localhost', 'Host: localhost\r\nConnection: close');

    const response = await talk(portOf(url), GOOD.repeat(20) + last);

    expect(response.match(/^\{"data":\{"__typename":"Query"\}\}$/gm)).toHaveLength(21);
  });

  it.each([
    ['are late with the body', 408, `${HEAD}Accept: TYPE\r\nContent-Length: 24\r\n\r\n{`],
    [
      'send a body that is no chunk',
      400,
      `${HEAD}Accept: TYPE\r\nTransfer-Encoding: chunked\r\n\r\nz`,
    ],
    ['expect too much', 417, `${HEAD}Accept: TYPE\r\nExpect: tea\r\nContent-Length: 24\r\n\r\n`],
  ])('are refused in the type that they accept: those who %s', async (_name, status, bytes) => {
    for (const type of ['application/json', 'application/graphql-response+json']) {
      const response = await talk(portOf(quickGateway.url), bytes.replace('TYPE', type));

      expect(response.slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
      expect(response).toContain(`Content-Type: ${type}; charset=utf-8\r\n`);
    }
  });

  it.each([
    ['that they accept where their headers are too long', 16_384, 'application/json'],
    ['of GraphQL where they are too long to be read', 40_000, 'application/graphql-response+json'],
  ])('are refused in the type %s', async (_name, length, type) => {
    const head = `${HEAD}Accept: application/json\r\nConnection: close\r\n`;
    const long = `${head}Authorization: ${'x'.repeat(length)}\r\nContent-Length: 0\r\n\r\n`;

    const refused = await talk(portOf(gateway.url), long);

    expect(refused.slice(0, 12)).toBe('HTTP/1.1 431');
    expect(refused.toLowerCase()).toContain(`content-type: ${type}; charset=utf-8\r\n`);
  });

  it('get the response to a mutation that was sent, with any bytes behind it', async () => {
    const { url } = await startGateway({ DIGICERT_TIMEOUT_MS: '300' });
    const responses = await Promise.all(
      ['GARBAGE\r\n\r\n', 'POST /graphql HTTP/9.9\r\n\r\n'].map((rest) =>
        talk(portOf(url), toMutation('1504') + rest),
      ),
    );
    for (const response of responses) {
      expect(response).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(response).toContain('ResendDvEmailsUpstreamError');
      expect(response.match(/HTTP\/1\.1/g)).toHaveLength(1);
    }
  });

  it.each([
    ['an unknown expectation', `${HEAD}Expect: tea\r\nContent-Length: 0\r\n\r\n`, '417'],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n', '405'],
    ['a body too long', `${HEAD}Content-Length: 9999999\r\n\r\n`, '413'],
  ])(
    'get the response to a mutation that was sent before the refusal of %s, and no other is sent',
    async (_name, refused, status) => {
      const { program, url } = await startGateway({ DIGICERT_TIMEOUT_MS: '300' });

      const responses = await talk(portOf(url), toMutation('1504') + refused + toMutation('1001'));

      expect(responses.match(/(?<=HTTP\/1\.1 )\d+/g)).toEqual(['200', status]);
      expect(responses).toContain('ResendDvEmailsUpstreamError');
      expect(loggedEvents(program).filter(({ event }) => event === 'resend.completed')).toEqual([
        expect.objectContaining({ orderId: '1504' }),
      ]);
    },
  );

  it('who pipeline without reading are hung up on', async () => {
    const { url } = gateway;

    const response = await talk(portOf(url), toMutation('1504').repeat(21));

    expect(response).toBe('');
    await expectGoodResponse(url);
  });

  it('who send ever new documents full of comments do not fill the memory', async () => {
    const { program, url } = await startGateway();
    const send = async (count: number) => {
      for (let index = 0; index < count; index += 1) {
        const query = `{__typename}#${Math.random()}\n${'#\n'.repeat(900)}#${'x'.repeat(60_000)}`;
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query }),
        });
        expect(response.status).toBe(200);
      }
    };

    await send(60);
    const before = readMemory(program);
    await send(120);

    // Kept, each would weigh about 3 MB.
    expect(readMemory(program) - before).toBeLessThan(120_000_000);
  }, 60_000);

  it('leave the program alive, its memory flat and the next good request answered', async () => {
    const { program, url } = await startGateway();
    const port = portOf(url);
    const random = pseudoRandom(20_261_123);
    const round = async () => {
      for (let batch = 0; batch < 5; batch += 1) {
        await Promise.all(
          Array.from({ length: 100 }, (_, index) =>
            talk(port, mutate(random), {
              patienceMs: MUTANT_PATIENCE_MS,
              hangUp: index % 10 === 0,
            }),
          ),
        );
      }
      await Promise.all(MALFORMED.map(([, bytes]) => talk(port, bytes)));
      await expectGoodResponse(url);
    };

    // The first round warms up what is only made once.
    await round();
    const before = readMemory(program);
    await round();
    await round();
    const grownBytes = readMemory(program) - before;

    expect(program.exitCode).toBeNull();
    expect(grownBytes).toBeLessThan(50_000_000);
  }, 120_000);
});

describe('a client that asks for a tunnel', () => {
  const CONNECT = 'CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n';

  it('and resets its connection ends nothing but that', async () => {
    const { program, url } = await startGateway();
    for (let time = 0; time < 10; time += 1) {
      const socket = connect(portOf(url), '127.0.0.1');
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(CONNECT);
      if (time % 2 === 0) {
        await once(socket, 'data');
      }
      socket.resetAndDestroy();
      await expectGoodResponse(url);
    }
    expect(program.exitCode).toBeNull();
  });

  it('and stays keeps nothing open, and no gateway from ending', async () => {
    const { program, url } = await startGateway();
    const { closed } = program;
    const socket = connect({ port: portOf(url), host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {});
    socket.write(CONNECT);
    await once(socket, 'data');
    program.kill('SIGTERM');

    expect(await closed).toEqual([0, null]);
    socket.destroy();
  });
});

describe('slow clients', () => {
  async function openSlowly(port: number, count: number): Promise<Socket[]> {
    return Promise.all(
      Array.from(
        { length: count },
        (_, index) =>
          new Promise<Socket>((resolve, reject) => {
            const socket = connect(port, '127.0.0.1', () => {
              // Some stop within the headers, some within the body, some before the first byte.
              socket.write(['P', GOOD.slice(0, 40), GOOD.slice(0, -5)][index % 3] ?? '', () =>
                resolve(socket),
              );
            });
            socket.on('error', reject);
          }),
      ),
    );
  }

  it('do not keep a good one from being answered, a thousand of them', async () => {
    const { url } = gateway;
    const sockets = await openSlowly(portOf(url), 1_000);

    await expectGoodResponse(url);

    expect(sockets.filter((socket) => socket.closed)).toEqual([]);
    for (const socket of sockets) {
      socket.destroy();
    }
  }, 30_000);

  it('are answered 408 in JSON when their time is up', async () => {
    const port = portOf(quickGateway.url);

    const responses = await Promise.all(
      [GOOD.slice(0, 40), GOOD.slice(0, -5)].map((part) => talk(port, part)),
    );
    for (const response of responses) {
      expect(response).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
      expect(response).toContain('"code":"REQUEST_TIMEOUT"');
    }
  });
});

describe('a mutation that comes when the last word on its connection is said', () => {
  it.each([
    ['its time was up', '', '408'],
    ['it expects the impossible', `${HEAD}Expect: a-miracle\r\nContent-Length: 0\r\n\r\n`, '417'],
  ])('is not run, as no caller would get the response: %s', async (_name, before, status) => {
    const { program, url } = quickGateway;
    // A client that goes on sending when the server has ended its side.
    const socket = connect({ port: portOf(url), host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {});
    socket.write(before);
    let response = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      response += chunk;
    });
    await once(socket, 'end');
    expect(response.slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
    socket.write(toMutation('1001'));

    // By then it has been read: these came later, each after the response to the one before.
    for (let call = 0; call < 20; call += 1) {
      await expectGoodResponse(url);
    }
    socket.destroy();
    expect(loggedEvents(program).map(({ event }) => event)).not.toContain('resend.completed');
  });
});
