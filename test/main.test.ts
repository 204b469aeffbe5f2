// The built program as a process: what a newcomer types, and what goes wrong at start.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { runProgram, runToEnd, waitForLine } from './support/program';

const SECRET = 'hunter2-the-api-key';

describe('npm start', () => {
  it('serves the simulator, loudly, and resends emails', async () => {
    const child = runProgram([], { PORT: '0' });
    const warning = JSON.parse(await waitForLine(child, /simulator\.in-use/));
    const { url } = JSON.parse(await waitForLine(child, /gateway\.started/));

    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'mutation { resendDvEmails(orderId: "1001") { __typename } }',
      }),
    });

    expect(warning).toMatchObject({ level: 40, msg: expect.stringContaining('SIMULATED') });
    expect(await response.json()).toEqual({
      data: { resendDvEmails: { __typename: 'ResendDvEmailsSuccess' } },
    });
    expect(await (await fetch(warning.outboxUrl)).json()).toMatchObject([
      { orderId: '1001', body: {} },
    ]);

    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('reports all problems with the settings at once, without a stack or a secret', async () => {
    const { code, stdout, stderr } = await runToEnd([], {
      PORT: 'x',
      LOG_LEVEL: 'x',
      DIGICERT_API_KEY: `${SECRET} ${SECRET}`,
    });

    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      [
        'Invalid configuration:',
        '  PORT is "x": give a port number from 0 to 65535.',
        '  DIGICERT_API_KEY does not hold an API key: give 1 to 256 visible ASCII characters.',
        '  LOG_LEVEL is "x": give one of trace, debug, info, warn, error, fatal, silent.',
        '',
      ].join('\n'),
    );
  });

  it('shows what a terminal would obey or hide escaped', async () => {
    const { stderr } = await runToEnd([], { PORT: '\u009b2J\u202e' });

    expect(stderr).toBe(
      'Invalid configuration:\n  PORT is "\\u009b2J\\u202e": give a port number from 0 to 65535.\n',
    );
  });

  it('refuses to simulate in production', async () => {
    const { code, stderr } = await runToEnd([], { NODE_ENV: 'production' });

    expect(code).toBe(1);
    expect(stderr).toContain('DIGICERT_API_KEY is not set');
  });

  it('says in one line that the port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? String(address.port) : '';

    const { code, stderr } = await runToEnd([], { PORT: port });
    server.close();

    expect(code).toBe(1);
    expect(stderr).toMatch(/^Not started: listen EADDRINUSE[^\n]*\n$/);
  });
});

describe('npm run simulator', () => {
  it('answers as DigiCert does', async () => {
    const child = runProgram(['simulator', '0']);
    const line = await waitForLine(child, /simulated DigiCert/);
    const baseUrl = /http:\S+/.exec(line)?.[0];

    const response = await fetch(`${baseUrl}/order/certificate/1404/resend-emails`, {
      method: 'PUT',
      headers: { 'X-DC-DEVKEY': 'any' },
      body: '{}',
    });

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ errors: [{ code: 'not_found|order' }] });

    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('refuses a value that is not a port', async () => {
    const { code, stderr } = await runToEnd(['simulator', 'x']);

    expect(code).toBe(1);
    expect(stderr).toBe('Not started: PORT is "x": give a port number from 0 to 65535.\n');
  });
});

describe('the other commands', () => {
  it('tell how they are used when asked', async () => {
    const { code, stdout } = await runToEnd(['--help']);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^usage: /);
  });

  it('print the schema with authorisation directives on request', async () => {
    const { code, stdout } = await runToEnd(['--auth-directives'], {}, 'tools/print-schema.js');

    expect(code).toBe(0);
    expect(stdout).toContain('federation/v2.5');
    expect(stdout.match(/@authenticated @requiresScopes\(scopes: \[\["[a-z:-]+"\]\]\)/g)).toEqual([
      '@authenticated @requiresScopes(scopes: [["certificate-orders:read"]])',
      '@authenticated @requiresScopes(scopes: [["certificate-orders:read"]])',
      '@authenticated @requiresScopes(scopes: [["certificate-orders:read"]])',
      '@authenticated @requiresScopes(scopes: [["certificate-orders:read"]])',
      '@authenticated @requiresScopes(scopes: [["certificate-orders:read"]])',
      '@authenticated @requiresScopes(scopes: [["certificate-orders:read"]])',
      '@authenticated @requiresScopes(scopes: [["certificate-orders:read"]])',
      '@authenticated @requiresScopes(scopes: [["certificate-orders:read"]])',
      '@authenticated @requiresScopes(scopes: [["certificate-orders:read"]])',
      '@authenticated @requiresScopes(scopes: [["certificate-orders:read"]])',
      '@authenticated @requiresScopes(scopes: [["dv-emails:resend"]])',
    ]);
  });

  it('refuse an option that does not exist, before anything is written', async () => {
    const { code, stderr } = await runToEnd(['--chek'], {}, 'tools/print-schema.js');

    expect(code).toBe(1);
    expect(stderr).toContain("'--chek'");
  });
});

describe('any other command', () => {
  it('is met with the usage', async () => {
    const { code, stderr } = await runToEnd(['dance']);

    expect(code).toBe(1);
    expect(stderr).toMatch(/^usage: /);
  });
});
