// docs/digicert.md: what it lets readers type does what it says, and sends no email before the last step.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSecrets, parseWithSecrets, ROOT, toStopSeconds } from '../support/deploy';
import { startTestApp, type TestApp } from '../support/test-app';

const text = readFileSync(join(ROOT, 'docs', 'digicert.md'), 'utf8');

/** Bodies of the calls under a heading, in their order. */
function readBodies(heading: string): readonly string[] {
  const [, section = ''] = text.split(`## ${heading}\n`);
  return [...(section.split('\n## ')[0] ?? '').matchAll(/-d '([^']*)'/g)].map(
    ([, body = '']) => body,
  );
}

async function send(app: TestApp, body: string | undefined) {
  const { data, errors } = (await (await app.post(body ?? '')).json()) as {
    data: object;
    errors?: unknown;
  };
  const methods = app.takeUpstreamRequests().map(({ method }) => method);
  return { data, errors, methods: [...new Set(methods)] };
}

describe('docs/digicert.md', () => {
  it('reads first, and a read sends nothing but GET', async () => {
    const app = await startTestApp();
    const [list, order, ...others] = readBodies('First a read');

    expect(others).toEqual([]);
    expect(await send(app, list)).toEqual({
      data: { certificateOrders: { edges: expect.arrayContaining([expect.anything()]) } },
      errors: undefined,
      methods: ['GET'],
    });
    expect(await send(app, order)).toMatchObject({
      data: { certificateOrder: { id: '1001', status: 'pending', dcvMethod: 'email' } },
      methods: ['GET'],
    });
    expect(app.outbox).toEqual([]);
  });

  it('then mails one mailbox, once', async () => {
    const app = await startTestApp({ environment: { RESEND_COOLDOWN_SECONDS: '60' } });
    const [resend, ...others] = readBodies('Then the first resend');

    expect(others).toEqual([]);
    expect(await send(app, resend)).toMatchObject({
      data: { resendDvEmails: { __typename: 'ResendDvEmailsSuccess' } },
      methods: ['PUT'],
    });
    expect(app.outbox.map(({ body }) => body)).toEqual([
      { domain_approval_emails: [{ domain: 'example.com', email: 'admin@example.com' }] },
    ]);
    expect(await send(app, resend)).toMatchObject({
      data: { resendDvEmails: { __typename: 'ResendDvEmailsRateLimitedError' } },
      methods: [],
    });
  });

  it('has a unit with settings that the gateway takes, which waits for its calls', () => {
    const environment = Object.fromEntries(
      [...text.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [
        name,
        value,
      ]),
    );
    const credentials = [...text.matchAll(/^LoadCredential=([\w-]+):/gm)].map(
      ([, name]) => `%d/${name}`,
    );

    const settings = parseWithSecrets(environment, '%d', makeSecrets('systemd'));

    expect(settings.upstream).toMatchObject({ kind: 'digicert' });
    expect(settings.auth.routerSecrets).toHaveLength(1);
    expect(Object.values(environment).filter((value) => value.startsWith('%d'))).toEqual(
      credentials,
    );
    const [, seconds] = /^TimeoutStopSec=(\d+)$/m.exec(text) ?? [];
    expect(Number(seconds)).toBeGreaterThanOrEqual(toStopSeconds(settings));
  });
});
