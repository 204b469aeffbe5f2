// Who can approve, as DNS has it: through the whole gateway, with a real DNS server on loopback.
import type { SimulatedAccount } from '../../src/simulator/orders';
import { accept } from '../../src/simulator/responders';
import { cname, mx, startDnsServer, txt, type Zone } from '../support/dns-server';
import { startTestApp } from '../support/test-app';

const ID = '5555';

const orderOf = (names: readonly string[]): SimulatedAccount => ({
  [ID]: {
    summary: 'x',
    resend: accept,
    validation: {
      order_status: 'pending',
      order_dcv_method: 'email',
      dns_name_validations: names.map((name) => ({ name_scope: name, dns_names: [name] })),
    },
  },
});

interface Domain {
  readonly name: string;
  readonly approverEmails: readonly { email: string; mailServer: string }[];
  readonly approverEmailsUnavailable: string | null;
  readonly txtContactEmails: readonly object[] | null;
}

async function start(zone: Zone, names: readonly string[]) {
  const server = await startDnsServer(zone);
  const app = await startTestApp({
    environment: { DNS_SERVERS: server.address },
    orders: orderOf(names),
  });
  const read = async (fields: string) => {
    const response = await app.post({
      query: `{ certificateOrder(id: "${ID}") { status domains { ${fields} } } }`,
    });
    app.takeUpstreamRequests();
    const { data, errors } = (await response.json()) as {
      data: { certificateOrder: { status: string; domains: Domain[] } };
      errors?: unknown;
    };
    expect({ errors, status: data.certificateOrder.status }).toEqual({ status: 'pending' });
    return data.certificateOrder.domains;
  };
  return { ...server, app, read };
}

const at = (name: string) => `_validation-contactemail.${name}`;

describe('mailServer', () => {
  it.each<[string, Zone[string] | undefined]>([
    ['FOUND', [mx('example.com', 'mail.example.com')]],
    ['FOUND', [cname('example.com', 'x.example.net'), mx('x.example.net', 'mail.example.net')]],
    ['NONE', [mx('example.com', '.', 0)]],
    ['NONE', []],
    ['NONE', undefined],
    ['UNKNOWN', 'SERVFAIL'],
    ['UNKNOWN', 'REFUSED'],
  ])('is %s for %j', async (mailServer, behaviour) => {
    const { read, questions } = await start(behaviour ? { 'example.com': behaviour } : {}, [
      'example.com',
    ]);

    const [domain] = await read('approverEmails { mailServer }');

    expect(domain?.approverEmails).toEqual(Array(5).fill({ mailServer }));
    expect(new Set(questions)).toEqual(new Set(['MX example.com']));
  });

  it('is UNKNOWN where no DNS server is', async () => {
    const app = await startTestApp();
    const response = await app.post({
      query: '{ certificateOrder(id: "1001") { domains { approverEmails { mailServer } } } }',
    });

    expect(await response.text()).toMatch(/^\{"data":.*"mailServer":"UNKNOWN"/);
    app.takeUpstreamRequests();
  });
});

describe('txtContactEmails', () => {
  const FIELDS = 'txtContactEmails { email emailDomain mailServer }';

  it('are those of the name and of each parent up to the registrable domain, first', async () => {
    const { read, questions } = await start(
      {
        [at('www.a.example.com')]: [txt(at('www.a.example.com'), 'www@example.com')],
        [at('a.example.com')]: 'NXDOMAIN',
        [at('example.com')]: [txt(at('example.com'), 'certs@agency.example'), txt(at('x'), 'no')],
        'agency.example': [mx('agency.example', 'mail.agency.example')],
      },
      ['*.www.a.example.com.'],
    );

    expect(await read(FIELDS)).toEqual([
      {
        txtContactEmails: [
          { email: 'certs@agency.example', emailDomain: 'example.com', mailServer: 'FOUND' },
          { email: 'www@example.com', emailDomain: 'www.a.example.com', mailServer: 'NONE' },
        ],
      },
    ]);
    expect([...questions].sort()).toEqual([
      'MX agency.example',
      'MX example.com',
      `TXT ${at('a.example.com')}`,
      `TXT ${at('example.com')}`,
      `TXT ${at('www.a.example.com')}`,
    ]);
  });

  it.each<[string, Zone, object[] | null]>([
    ['none, where no name has any', {}, []],
    ['null, where one of the names failed', { [at('example.com')]: 'SERVFAIL' }, null],
    [
      'those that are found, where another name failed',
      {
        [at('example.com')]: 'SERVFAIL',
        [at('a.example.com')]: [txt(at('a.example.com'), 'a@example.com')],
      },
      [{ email: 'a@example.com', emailDomain: 'a.example.com' }],
    ],
  ])('are %s', async (_name, zone, txtContactEmails) => {
    const { read } = await start(zone, ['a.example.com']);

    expect(await read('txtContactEmails { email emailDomain }')).toEqual([{ txtContactEmails }]);
  });

  it('go back as they are', async () => {
    const { read, app } = await start(
      { [at('example.com')]: [txt(at('example.com'), 'certs@agency.example')] },
      ['a.example.com'],
    );
    const [domain] = await read('txtContactEmails { email emailDomain }');

    const response = await app.resend(ID, {
      domainApprovalEmails: domain?.txtContactEmails?.map((contact) => ({
        domain: 'a.example.com',
        ...contact,
      })),
    });

    expect(response.data?.resendDvEmails?.__typename).toBe('ResendDvEmailsSuccess');
    app.takeUpstreamRequests();
  });

  it('of a name with 60 labels take the look-ups there are, the registrable domain first', async () => {
    const name = `${'a.'.repeat(58)}example.com`;
    const { read, questions } = await start(
      { [at('example.com')]: [txt(at('example.com'), 'a@example.com')] },
      [name],
    );

    const [domain] = await read('txtContactEmails { email }');

    expect(domain?.txtContactEmails).toEqual([{ email: 'a@example.com' }]);
    expect(new Set(questions).size).toBe(50);
    expect(questions[0]).toBe(`TXT ${at('example.com')}`);
  });
});

describe('approverEmailsUnavailable', () => {
  it('says why there are none', async () => {
    const { read, questions } = await start({}, ['example.com.', '192.0.2.1', 'co.uk', 'x y']);

    expect(
      await read(
        'approverEmailsUnavailable approverEmails { __typename } txtContactEmails { email }',
      ),
    ).toEqual([
      expect.objectContaining({ approverEmailsUnavailable: null, txtContactEmails: [] }),
      ...['IP_ADDRESS', 'PUBLIC_SUFFIX', 'NOT_A_DOMAIN_NAME'].map((approverEmailsUnavailable) => ({
        approverEmailsUnavailable,
        approverEmails: [],
        txtContactEmails: [],
      })),
    ]);
    expect(questions).toEqual([`TXT ${at('example.com')}`]);
  });
});

describe('DNS', () => {
  const FIELDS =
    'name status method dnsNames approverEmailsUnavailable approverEmails { email emailDomain mailServer } txtContactEmails { email emailDomain mailServer }';
  const NAMES = Array.from({ length: 250 }, (_, index) => `domain-${index}.example`);

  it('gets no packet without a field that needs it', async () => {
    const { read, questions, app } = await start({}, ['a.example.com']);

    await read('name approverEmailsUnavailable approverEmails { email emailDomain }');
    await app.post({
      query: `mutation { resendDvEmails(orderId: "${ID}") { ... on ResendDvEmailsSuccess { order { domains { approverEmails { email } } } } } }`,
    });

    app.takeUpstreamRequests();
    expect(questions).toEqual([]);
  });

  it('is asked after a mutation has sent its emails, whose outcome and deadline it does not disturb', async () => {
    const { questions, nextQuestion, app } = await start({ 'example.com': 'silence' }, [
      'example.com',
    ]);

    const arrived = nextQuestion();
    const resending = app.post({
      query: `mutation { resendDvEmails(orderId: "${ID}") { __typename ... on ResendDvEmailsSuccess {
        order { status domains { approverEmails { mailServer } } } } } }`,
    });
    await arrived;
    expect(app.outbox).toHaveLength(1);
    // Another one waits for nothing.
    expect((await app.resend(ID)).data?.resendDvEmails?.__typename).toBe('ResendDvEmailsSuccess');
    app.clock.advance(2_000);

    const mailServers = Array(5).fill({ mailServer: 'UNKNOWN' });
    expect(await (await resending).json()).toEqual({
      data: {
        resendDvEmails: {
          __typename: 'ResendDvEmailsSuccess',
          order: { status: 'pending', domains: [{ approverEmails: mailServers }] },
        },
      },
    });
    expect(new Set(questions)).toEqual(new Set(['MX example.com']));
    app.takeUpstreamRequests();
  });

  it('gets 50 questions about 250 names, and everything else is in the response', async () => {
    const { read, questions } = await start({}, NAMES);

    const domains = await read('name approverEmails { email mailServer }');

    expect(domains.map(({ name }) => name)).toEqual(NAMES);
    expect(new Set(questions).size).toBe(50);
    expect(domains.flatMap(({ approverEmails }) => approverEmails)).toHaveLength(1_250);
    const known = domains.filter(({ approverEmails }) => approverEmails[0]?.mailServer === 'NONE');
    expect(known).toHaveLength(50);
  });

  it('that is silent costs a request for 250 names 2 s, and nothing else of its response', async () => {
    const zone = Object.fromEntries(
      NAMES.flatMap((name) => [name, at(name)]).map((name) => [name, 'silence' as const]),
    );
    const { read, questions, nextQuestion, app } = await start(zone, NAMES);

    const reading = read(FIELDS);
    while (questions.length < 50) {
      await nextQuestion();
    }
    app.clock.advance(2_000);
    const domains = await reading;

    expect(new Set(questions).size).toBe(50);
    expect(domains.map(({ name }) => name)).toEqual(NAMES);
    expect(domains.every(({ txtContactEmails }) => txtContactEmails === null)).toBe(true);
    expect(
      domains.flatMap(({ approverEmails }) => approverEmails.map((it) => it.mailServer)),
    ).toEqual(Array(1_250).fill('UNKNOWN'));
  });
});
