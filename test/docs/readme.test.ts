// What README, simulator.md and settings.md say of results and settings is what happens.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VARIABLES, type Variable } from '../../src/settings/environment-variables';
import { SIMULATED_ACCOUNT } from '../../src/simulator/orders';
import { readTable } from '../support/markdown';
import { startTestApp, type TestApp } from '../support/test-app';

const ROOT = join(__dirname, '..', '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const readme = read('README.md');
const simulator = read('docs/simulator.md');

/** A resend that is answered at once, or at the deadline when the upstream keeps it waiting. */
async function resend(app: TestApp, orderId: string) {
  const response = app.resend(orderId);
  if (['1504', '1603'].includes(orderId)) {
    await app.nextUpstreamRequest();
    app.clock.advance(10_000);
  }
  const { correlationId, ...member } = {
    correlationId: '',
    ...(await response).data?.resendDvEmails,
  };
  app.takeUpstreamRequests();
  return member;
}

describe('docs/simulator.md', () => {
  const orders = readTable(simulator, 'Simulated orders');

  it('lists every simulated order', () => {
    expect(Object.fromEntries(orders.map(([id, summary]) => [id, summary]))).toEqual(
      Object.fromEntries(
        Object.entries(SIMULATED_ACCOUNT).map(([id, { summary }]) => [id, summary]),
      ),
    );
  });

  it.each(orders)(
    'has the actual outcome of order %s: %s',
    async (orderId = '', _summary = '', told = '') => {
      const app = await startTestApp();

      const member = await resend(app, orderId);

      const [name, detail] = told.replaceAll('`', '').split(' ');
      expect(member).toMatchObject({ __typename: `ResendDvEmails${name}` });
      const { reason, scope } = { reason: undefined, scope: undefined, ...member };
      // Which of two failures a slow body ends in depends on how much of it came before the deadline.
      if (orderId !== '1603') {
        expect(reason ?? scope).toBe(detail);
      }
    },
  );

  it('shows one real response per member', async () => {
    const app = await startTestApp();
    const shown = (/```jsonl\n([^`]*)```/.exec(simulator)?.[1] ?? '').trim().split('\n');
    const members = readTable(readme, 'Results');

    expect(shown).toHaveLength(members.length);
    for (const [index, [name, , , orderId = '']] of members.entries()) {
      const example = JSON.parse(shown[index] ?? '') as Record<string, unknown>;
      expect(example.__typename).toBe(`ResendDvEmails${name?.replaceAll('`', '')}`);
      const acceptedAt = 'acceptedAt' in example ? { acceptedAt: expect.any(String) } : {};
      expect(await resend(app, orderId)).toEqual({ ...example, ...acceptedAt });
      // A 429 blocks calls to DigiCert for every caller.
      app.clock.advance(5_000);
    }
  });
});

describe('docs/settings.md', () => {
  const settings = readTable(read('docs/settings.md'), 'Settings');

  it('lists every setting', () => {
    const listed = settings.map(([name]) => name?.replaceAll('`', ''));
    expect([...listed].sort()).toEqual(Object.keys(VARIABLES).sort());
  });

  it('has the default of every setting that has one', () => {
    const told = new Map(settings.map(([name, text]) => [name, text]));
    for (const [name, variable] of Object.entries<Variable>(VARIABLES)) {
      if (variable.default !== undefined && variable.production !== '') {
        const inProduction = variable.production && `, \`${variable.production}\` in production`;
        const text = variable.default === '' ? 'none' : `\`${variable.default}\``;
        expect([name, told.get(`\`${name}\``)]).toEqual([name, `${text}${inProduction ?? ''}`]);
      }
    }
  });
});
