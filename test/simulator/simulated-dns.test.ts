// What a newcomer sees of the simulated orders' approvers: the same with a network and without one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../../src/lib/clock';
import { parseSettings, type Settings } from '../../src/settings/settings';
import { startUpstream } from '../../src/upstream';
import { mx, startDnsServer } from '../support/dns-server';
import { readTable } from '../support/markdown';
import { startGateway } from '../support/program';

interface Approver {
  readonly email: string;
  readonly mailServer: string;
}

interface Domain {
  readonly approverEmails: readonly Approver[];
  readonly txtContactEmails: readonly Approver[] | null;
}

/** What DNS says of an order's first domain: each mail domain once, and the published contacts. */
async function readApprovers(url: string, id: string) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: `query ($id: ID!) { certificateOrder(id: $id) { domains {
        approverEmails { email mailServer } txtContactEmails { email mailServer }
      } } }`,
      variables: { id },
    }),
  });
  const { data } = (await response.json()) as {
    data: { certificateOrder: { domains: readonly Domain[] } };
  };
  const [domain] = data.certificateOrder.domains;
  const toPair = ({ email, mailServer }: Approver) => [email.split('@')[1] ?? '', mailServer];
  return {
    mailServers: Object.fromEntries(domain?.approverEmails.map(toPair) ?? []),
    contacts: domain?.txtContactEmails,
  };
}

describe('DNS of the simulated orders', () => {
  it('is as docs/simulator.md says', async () => {
    const { url } = await startGateway();
    const doc = readFileSync(join(__dirname, '..', '..', 'docs', 'simulator.md'), 'utf8');
    const rows = readTable(doc, 'DNS').map((row) => row.map((cell) => cell.replaceAll('`', '')));

    const told = await Promise.all(
      rows.map(async ([order = '', mailDomain = '']) => {
        const { mailServers, contacts } = await readApprovers(url, order);
        const published = contacts?.map(({ email }) => email).join(', ');
        return [order, mailDomain, mailServers[mailDomain], published ?? 'null'];
      }),
    );

    expect(told).toEqual(rows.map((row) => row.map((cell) => (cell === 'none' ? '' : cell))));
    expect(new Set(rows.map((row) => row[2]))).toEqual(new Set(['FOUND', 'NONE', 'UNKNOWN']));
  });

  it('is real DNS where DNS_SERVERS says which', async () => {
    const dns = await startDnsServer({
      'MX example.com': [mx('example.com', '.', 0)],
      'TXT _validation-contactemail.example.com': 'NXDOMAIN',
    });
    const { url } = await startGateway({ DNS_SERVERS: dns.address });

    expect(await readApprovers(url, '1001')).toEqual({
      mailServers: { 'example.com': 'NONE' },
      contacts: [],
    });
    expect([...dns.questions].sort()).toEqual([
      'MX example.com',
      'TXT _validation-contactemail.example.com',
    ]);
  });

  it('is not that of a gateway with an API key', async () => {
    const { settings } = parseSettings({ DIGICERT_API_KEY: 'key' }) as { settings: Settings };
    const dependencies = { log: pino({ level: 'silent' }), clock: systemClock };

    const upstream = await startUpstream(settings.upstream, dependencies);

    expect(upstream).not.toHaveProperty('lookUp');
  });
});
