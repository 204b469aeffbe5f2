// How log lines look: laid out for a person in a terminal, JSON elsewhere, and no more of an error than is safe.
import { PassThrough } from 'node:stream';
import { createLog, createPrettyStream } from '../../src/telemetry/log';

it('in a terminal begin with time, level and event', async () => {
  const destination = new PassThrough();
  const log = createLog('info', createPrettyStream(destination));

  log.info({ event: 'gateway.started', url: 'http://127.0.0.1:4000/graphql' }, 'served');

  const [chunk] = (await destination.take(1).toArray()) as Buffer[];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  const text = String(chunk).replace(/\u001b\[\d+m/g, '');
  expect(text).toMatch(/^\[[\d:.]+\] INFO: gateway\.started: served\n +url: "http:/);
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
