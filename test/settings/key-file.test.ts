// DigiCert's key is replaced in its file while the gateway runs.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from '../../src/simulator/responders';
import { startTestApp, type TestApp } from '../support/test-app';

const folder = mkdtempSync(join(tmpdir(), 'key-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'key');

const KEY_FROM_FILE = { DIGICERT_API_KEY: '', DIGICERT_API_KEY_FILE: file };

async function keysOf(app: TestApp, orderId = '1001'): Promise<readonly unknown[]> {
  await app.resend(orderId);
  return app.takeUpstreamRequests().map(({ headers }) => headers['x-dc-devkey']);
}

/** Lets the file be looked at. Resolves when that is done, with the milliseconds to the next look. */
async function lookOnce(app: TestApp, afterMs: number): Promise<number> {
  const next = app.clock.nextTimer(4_000);
  app.clock.advance(afterMs);
  return next;
}

/** Another key is read a second time. */
async function look(app: TestApp): Promise<void> {
  if ((await lookOnce(app, 4_000)) === 1_000) {
    await lookOnce(app, 1_000);
  }
}

describe('a key file', () => {
  it('that holds another key is used without a restart, and the key is not logged', async () => {
    writeFileSync(file, 'the-first-key\n');
    const app = await startTestApp({ environment: KEY_FROM_FILE });
    expect(await keysOf(app)).toEqual(['the-first-key']);

    writeFileSync(file, 'the-second-key\n');
    expect(await keysOf(app)).toEqual(['the-first-key']);
    await look(app);
    expect(await keysOf(app)).toEqual(['the-second-key']);
    expect(app.log).toContainEqual(expect.objectContaining({ event: 'digicert.key-replaced' }));
    expect(app.logText()).not.toMatch(/the-(?:first|second)-key/);
  });

  it('may be a link that is swapped, as Kubernetes does', async () => {
    rmSync(file, { force: true });
    writeFileSync(join(folder, 'old'), 'the-first-key');
    writeFileSync(join(folder, 'new'), 'the-second-key');
    symlinkSync('old', file);
    const app = await startTestApp({ environment: KEY_FROM_FILE });
    symlinkSync('new', join(folder, 'next'));
    renameSync(join(folder, 'next'), file);
    await look(app);

    expect(await keysOf(app)).toEqual(['the-second-key']);
    unlinkSync(file);
  });

  it('that is half written is not taken for a key', async () => {
    writeFileSync(file, 'the-first-key');
    const app = await startTestApp({ environment: KEY_FROM_FILE });
    writeFileSync(file, 'the-sec');
    await lookOnce(app, 4_000);
    writeFileSync(file, 'the-second-key');
    await lookOnce(app, 1_000);
    expect(await keysOf(app)).toEqual(['the-first-key']);
    await lookOnce(app, 1_000);
    expect(await keysOf(app)).toEqual(['the-second-key']);
  });

  it.each([
    ['is missing', () => unlinkSync(file), 'ENOENT'],
    [
      'is a pipe',
      () => {
        unlinkSync(file);
        execFileSync('mkfifo', [file]);
      },
      /is no file/,
    ],
    ['is very long', () => writeFileSync(file, 'x'.repeat(10_000)), /too long for a key/],
    ['is empty', () => writeFileSync(file, ''), /does not hold an API key/],
    ['holds two lines', () => writeFileSync(file, 'hunter2\nhunter2'), /does not hold an API key/],
  ])('that %s leaves the old key in use, and is logged once', async (_name, spoil, reason) => {
    writeFileSync(file, 'the-first-key');
    const app = await startTestApp({ environment: KEY_FROM_FILE });
    spoil();
    await look(app);
    await look(app);

    expect(await keysOf(app)).toEqual(['the-first-key']);
    const told = app.log.filter(({ event }) => event === 'digicert.key-unreadable');
    expect(told).toEqual([
      expect.objectContaining({
        level: 50,
        reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
      }),
    ]);
    expect(app.logText()).not.toContain('hunter2');
    // Once it is valid again, it is used.
    rmSync(file, { force: true });
    writeFileSync(file, 'the-third-key');
    await look(app);
    expect(await keysOf(app)).toEqual(['the-third-key']);
  });

  it('gives a new key the quota of its own', async () => {
    writeFileSync(file, 'the-first-key');
    const app = await startTestApp({
      environment: { ...KEY_FROM_FILE, DIGICERT_QUOTA: '1/1h', DIGICERT_QUOTA_WAIT_MS: '0' },
      orders: {
        '5555': { summary: 'x', resend: json(404, { errors: [{ code: 'not_found|order' }] }) },
      },
    });
    expect(await keysOf(app, '5555')).toEqual(['the-first-key']);
    expect(await keysOf(app, '5555')).toEqual([]);
    writeFileSync(file, 'the-second-key');
    await look(app);

    expect(await keysOf(app, '5555')).toEqual(['the-second-key']);
    expect(await keysOf(app, '5555')).toEqual([]);
  });
});
