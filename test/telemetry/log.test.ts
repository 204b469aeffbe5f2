// How log lines look: laid out for a person in a terminal, JSON elsewhere, and no more of an error than is safe.
import { PassThrough } from 'node:stream';
import type { Logger } from 'pino';
import { createLog, createPrettyStream } from '../../src/telemetry/log';

/** What a terminal is given of one line, without pino-pretty's own colours. */
async function showInTerminal(write: (log: Logger) => void): Promise<string> {
  const destination = new PassThrough();
  write(createLog('info', createPrettyStream(destination)));
  const [chunk] = (await destination.take(1).toArray()) as Buffer[];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  return String(chunk).replace(/\u001b\[\d+m/g, '');
}

it('in a terminal begin with time, level and event', async () => {
  const text = await showInTerminal((log) => {
    log.info({ event: 'gateway.started', url: 'http://127.0.0.1:4000/graphql' }, 'served');
  });

  expect(text).toMatch(/^\[[\d:.]+\] INFO: gateway\.started: served\n +url: "http:/);
});

// Two of each kind that a terminal obeys or hides, one of them outside the Basic Multilingual Plane.
const HOSTILE = '\u001b[2J\r\u0007\b\u007f\u009b1A\u0085\u202e\u200b\u2028\ufeff\u{e0001}';
const ESCAPED =
  '\\u001b[2J\\r\\u0007\\b\\u007f\\u009b1A\\u0085\\u202e\\u200b\\u2028\\ufeff\\udb40\\udc01';
const UNPRINTABLE = /[^\P{C}\n]/u;

it('as JSON hold no character that a terminal obeys or hides, and say the same', () => {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => void lines.push(line) });

  log.info({ event: 'x', subject: HOSTILE, [HOSTILE]: 1 }, HOSTILE);
  log.info({ event: 'x', subject: HOSTILE, cookie: 'a-token' }, 'with a secret too');

  expect(lines.join('')).not.toMatch(UNPRINTABLE);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { subject: HOSTILE, [HOSTILE]: 1, msg: HOSTILE },
    { subject: HOSTILE, cookie: '[Redacted]' },
  ]);
});

it('in a terminal show such characters escaped, wherever they are', async () => {
  const err = Object.assign(new Error(HOSTILE), { code: HOSTILE });

  const text = await showInTerminal((log) => {
    log.error({ event: 'x', subject: HOSTILE, list: [HOSTILE], [`key ${HOSTILE}`]: 1, err });
  });

  expect(text).not.toMatch(UNPRINTABLE);
  const [first, ...others] = text.split('\n');
  // Without a message of its own a line has the error's.
  expect(first).toMatch(/^\[[\d:.]+\] ERROR: x: /);
  expect(first).toContain(ESCAPED);
  expect(others.join('\n')).toContain(`subject: "${ESCAPED}"\n`);
  expect(others.join('\n')).toContain(`key ${ESCAPED}: 1\n`);
  expect(others.join('\n')).toContain(`Error: ${ESCAPED}\n`);
});

it('in a terminal are none that a text from outside begins', async () => {
  const forged = '\n[12:00:00.000] INFO: gateway.started: forged';
  const err = new Error(`boom${forged}`, { cause: new Error(`why${forged}`) });

  const text = await showInTerminal((log) => {
    log.error({ event: 'x', subject: `agent${forged}`, [forged]: 1, err });
  });

  expect(text.split('\n').filter((line) => /^\s*\[/.test(line))).toHaveLength(1);
  expect(text).toMatch(/\n +at .*\n +caused by: Error: why\\n\[12:00:00\.000\].*\n +at /s);
});

it('tell of an error its type, message, stack and code, and nothing that hangs on it', () => {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => void lines.push(line) });
  const error = Object.assign(new TypeError('boom', { cause: new Error('why') }), {
    code: 'E_BOOM',
    command: { name: 'auth', args: ['a-password'] },
    headers: { authorization: 'Bearer a-token' },
  });

  log.error({ event: 'request.failed', err: error }, 'failed');
  log.error({ event: 'request.failed', headers: { 'X-Other': 1, authorization: 'a-token' } }, 'x');
  const secrets = {
    Cookie: ['a-token"', 'a-token'],
    'x-dc-devkey': 'a\\"-token',
    'x-router-secret': 7,
  };
  log.error({ event: 'request.failed', deep: { er: { than: { any: [secrets] } } }, after: 1 }, 'x');

  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    err: {
      type: 'TypeError',
      message: 'boom: why',
      stack: expect.stringContaining('caused by'),
      code: 'E_BOOM',
    },
  });
  expect(lines.join()).not.toMatch(/a-password|-token/);
  expect(JSON.parse(lines[2] ?? '')).toMatchObject({
    deep: {
      er: {
        than: {
          any: [
            { Cookie: '[Redacted]', 'x-dc-devkey': '[Redacted]', 'x-router-secret': '[Redacted]' },
          ],
        },
      },
    },
    after: 1,
    msg: 'x',
  });
});
