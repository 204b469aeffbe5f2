// Look-ups against a real DNS server on loopback: what each kind of response is taken for, and what is asked at all.

import { createLookUps } from '../../src/dns/look-ups';
import type { LookUp } from '../../src/domain/mail-dns';
import { closeLater } from '../support/close-later';
import { cname, mx, startDnsServer, txt, type Zone } from '../support/dns-server';
import { ManualClock } from '../support/manual-clock';

async function start(zone: Zone) {
  const server = await startDnsServer(zone);
  const clock = new ManualClock();
  const { startRequest, close } = createLookUps([server.address], clock);
  closeLater(() => {
    close();
  });
  return { ...server, clock, startRequest };
}

const CONTACTS = '_validation-contactemail.example.com';

const withByte = (index: number, value: number) => (bytes: Buffer) => {
  bytes[index < 0 ? bytes.length + index : index] = value;
  return bytes;
};

/** Behind the header and the question: name, type, class, TTL. */
const RDATA_LENGTH = -('mail.example.net'.length + 2 + 2 + 2);

describe('a look-up', () => {
  const many = Array.from({ length: 30 }, (_, index) =>
    txt(CONTACTS, `a${index + 10}@example.com`),
  );

  it.each<[string, Parameters<LookUp>, Zone, readonly string[] | undefined, (readonly string[])?]>([
    // MX
    [
      'a mail server',
      ['MX', 'example.com'],
      { 'MX example.com': [mx('example.com', 'mail.example.com')] },
      ['mail.example.com'],
    ],
    [
      'one mail server of several',
      ['MX', 'example.com'],
      { 'example.com': [mx('example.com', 'a.example.com'), mx('example.com', 'b.example.com')] },
      [expect.stringMatching(/^[ab]\.example\.com$/)],
    ],
    ['a null MX: none', ['MX', 'example.com'], { 'example.com': [mx('example.com', '.', 0)] }, []],
    ['no MX record: none', ['MX', 'example.com'], { 'example.com': [] }, []],
    [
      'another type of record alone: none',
      ['MX', 'example.com'],
      { 'example.com': [{ type: 'A', name: 'example.com', data: '192.0.2.1' }] },
      [],
    ],
    ['NXDOMAIN: none', ['MX', 'example.com'], {}, []],
    [
      'the mail server behind a CNAME',
      ['MX', 'example.com'],
      { 'example.com': [cname('example.com', 'x.example.net'), mx('x.example.net', 'm.example')] },
      ['m.example'],
    ],
    [
      'a CNAME to a domain without MX: none',
      ['MX', 'example.com'],
      { 'example.com': [cname('example.com', 'x.example.net')] },
      [],
    ],
    ['a name longer than one may be: none', ['MX', `${'a.'.repeat(130)}com`], {}, []],
    ['SERVFAIL: not known', ['MX', 'example.com'], { 'example.com': 'SERVFAIL' }, undefined],
    ['REFUSED: not known', ['MX', 'example.com'], { 'example.com': 'REFUSED' }, undefined],
    ['NOTIMP: not known', ['MX', 'example.com'], { 'example.com': 'NOTIMP' }, undefined],
    [
      'a record that says it is longer than the packet: not known',
      ['MX', 'example.com'],
      { 'example.com': withByte(RDATA_LENGTH, 255) },
      undefined,
    ],
    [
      'a record that says it is shorter than its name: not known',
      ['MX', 'example.com'],
      { 'example.com': withByte(RDATA_LENGTH + 1, 3) },
      undefined,
    ],
    [
      'more records announced than there are: not known',
      ['MX', 'example.com'],
      { 'example.com': withByte(7, 9) },
      undefined,
    ],
    // TXT
    [
      'a contact',
      ['TXT', CONTACTS],
      { [CONTACTS]: [txt(CONTACTS, 'a@example.com')] },
      ['a@example.com'],
    ],
    [
      'a contact at another domain',
      ['TXT', CONTACTS],
      { [CONTACTS]: [txt(CONTACTS, 'certs@agency.example')] },
      ['certs@agency.example'],
    ],
    [
      'several records, as a record each',
      ['TXT', CONTACTS],
      { [CONTACTS]: [txt(CONTACTS, 'b@example.com'), txt(CONTACTS, 'a@example.com')] },
      ['a@example.com', 'b@example.com'],
    ],
    [
      'several strings of one record, joined',
      ['TXT', CONTACTS],
      { [CONTACTS]: [txt(CONTACTS, 'a@exam', 'ple.com')] },
      ['a@example.com'],
    ],
    [
      'letters beyond ASCII, in UTF-8',
      ['TXT', CONTACTS],
      { [CONTACTS]: [txt(CONTACTS, Buffer.from('jörg@bücher.example'))] },
      ['jörg@xn--bcher-kva.example'],
    ],
    [
      'nothing of what is no address and nothing else',
      ['TXT', CONTACTS],
      {
        [CONTACTS]: [
          'a@example.com,b@example.com',
          'a@example.com b@example.com',
          ' a@example.com',
          'a@example.com ',
          'mailto:a@example.com',
          'A <a@example.com>',
          '"a@example.com"',
          'a@example.com.',
          'a@',
          '',
          'v=spf1 -all',
          Buffer.from([0x61, 0xff, 0x40, 0x62, 0x2e, 0x63, 0x6f]),
          'good@example.com',
        ].map((text) => txt(CONTACTS, text)),
      },
      ['good@example.com'],
    ],
    [
      'five of many contacts, by TCP where UDP has no room',
      ['TXT', CONTACTS],
      { [CONTACTS]: many },
      [10, 11, 12, 13, 14].map((index) => `a${index}@example.com`),
    ],
    [
      'a contact behind a CNAME',
      ['TXT', CONTACTS],
      { [CONTACTS]: [cname(CONTACTS, 'c.example.net'), txt('c.example.net', 'a@example.com')] },
      ['a@example.com'],
    ],
    ['no TXT record: none', ['TXT', CONTACTS], { [CONTACTS]: [] }, []],
    ['NXDOMAIN: no contact', ['TXT', CONTACTS], {}, []],
    ['SERVFAIL: contacts not known', ['TXT', CONTACTS], { [CONTACTS]: 'SERVFAIL' }, undefined],
  ])('finds %s', async (_name, question, zone, records) => {
    const { startRequest, clock } = await start(zone);

    expect(await startRequest()(...question)).toEqual(records);
    expect(clock.pending).toBe(0);
  });

  it('is made again by TCP where the response is truncated', async () => {
    const { startRequest, questions } = await start({ [CONTACTS]: many });

    await startRequest()('TXT', CONTACTS);

    expect(questions).toEqual([`TXT ${CONTACTS}`, `TCP TXT ${CONTACTS}`]);
  });

  it('of a name that cannot be sends nothing', async () => {
    const { startRequest, questions } = await start({});

    await startRequest()('MX', `${'a.'.repeat(130)}com`);

    expect(questions).toEqual([]);
  });

  it.each<[string, Zone]>([
    ['never answers', { 'example.com': 'silence' }],
    ['answers by TCP with less than it announces', { 'example.com': { tcp: withByte(1, 255) } }],
  ])('is not known after 2 s of a server that %s', async (_name, zone) => {
    const { startRequest, nextQuestion, questions, clock } = await start(zone);

    const arrived = nextQuestion();
    const looking = startRequest()('MX', 'example.com');
    await arrived;
    if (_name.includes('TCP')) {
      await nextQuestion();
    }
    clock.advance(2_000);

    expect(await looking).toBeUndefined();
    expect(clock.pending).toBe(0);
    expect(questions.length).toBeGreaterThan(0);
  });
});

describe('look-ups of one request', () => {
  const zone = { 'example.com': [mx('example.com', 'm.example')] };

  it('are one for each name and type', async () => {
    const { startRequest, questions } = await start(zone);
    const lookUp = startRequest();

    await Promise.all([lookUp('MX', 'example.com'), lookUp('MX', 'example.com')]);
    await lookUp('MX', 'example.com');
    await lookUp('TXT', 'example.com');

    expect(questions).toEqual(['MX example.com', 'TXT example.com']);
  });

  it('are at most 50; what is in the cache is not counted, and beyond that nothing is known', async () => {
    const { startRequest, questions } = await start(zone);
    await startRequest()('MX', 'example.com');
    const lookUp = startRequest();
    const names = Array.from({ length: 60 }, (_, index) => `${index}.example.com`);

    const found = await Promise.all(names.map((name) => lookUp('MX', name)));
    const cached = await lookUp('MX', 'example.com');

    expect(found.map((records) => records?.length)).toEqual([
      ...Array(50).fill(0),
      ...Array(10).fill(undefined),
    ]);
    expect(cached).toEqual(['m.example']);
    expect(questions).toHaveLength(51);
  });

  it('take 2 s in all, counted from the first', async () => {
    const { startRequest, questions, clock, nextQuestion } = await start({
      ...zone,
      slow: 'silence',
    });
    const lookUp = startRequest();
    clock.advance(60_000);
    await lookUp('MX', 'example.com');
    clock.advance(1_500);
    const arrived = nextQuestion();
    const slow = lookUp('MX', 'slow');
    await arrived;
    clock.advance(500);

    expect(await slow).toBeUndefined();
    expect(await lookUp('MX', 'late')).toBeUndefined();
    expect(await lookUp('MX', 'example.com')).toEqual(['m.example']);
    expect(questions).not.toContain('MX late');
    clock.advance(2_000);
  });
});

describe('look-ups of several requests', () => {
  const zone: Zone = { good: [mx('good', 'm.example')], none: [], bad: 'SERVFAIL' };

  it.each<[string, number]>([
    ['good', 300_000],
    ['none', 300_000],
    ['bad', 30_000],
  ])('remember %s for %i ms', async (name, keptMs) => {
    const { startRequest, questions, clock } = await start(zone);
    const ask = async (afterMs: number) => {
      clock.advance(afterMs);
      await startRequest()('MX', name);
      return questions.length;
    };

    const first = await ask(0);
    expect(await ask(keptMs - 1)).toBe(first);
    expect(await ask(1)).toBe(first * 2);
  });

  it('share a question in flight', async () => {
    const { startRequest, questions, clock, nextQuestion } = await start({ slow: 'silence' });
    const arrived = nextQuestion();
    const first = startRequest()('MX', 'slow');
    await arrived;
    const sharing = startRequest();
    const second = sharing('MX', 'slow');
    clock.advance(2_000);

    expect(await Promise.all([first, second])).toEqual([undefined, undefined]);
    expect(questions).toEqual(['MX slow']);
  });

  it('go on after what was late is cancelled', async () => {
    const { startRequest, clock, nextQuestion } = await start({ ...zone, slow: 'silence' });
    const arrived = nextQuestion();
    const slow = startRequest()('MX', 'slow');
    await arrived;
    clock.advance(2_000);
    await slow;

    expect(await startRequest()('MX', 'good')).toEqual(['m.example']);
  });
});
