// The simulated DigiCert by itself: what the tests of the gateway rely on.
import { RollingWindows } from '../../src/simulator/rolling-windows';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../src/simulator/simulator';
import { ManualClock, START } from '../support/manual-clock';

const running: Simulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

async function start(options: SimulatorOptions = {}) {
  const clock = new ManualClock();
  const simulator = await startSimulator({ clock, ...options });
  running.push(simulator);
  const call = async (method: string, path: string, body?: string, key = 'key') =>
    fetch(simulator.baseUrl + path, {
      method,
      headers: key ? { 'X-DC-DEVKEY': key } : {},
      ...(body !== undefined && { body }),
    });
  const resend = (orderId: string, body = '{}', key?: string) =>
    call('PUT', `/order/certificate/${orderId}/resend-emails`, body, key);
  return { simulator, clock, call, resend };
}

describe('the simulated DigiCert', () => {
  it('answers a good resend with 204 and nothing in it, and keeps what it would have sent', async () => {
    const { simulator, resend } = await start();

    const response = await resend('1001', '{"locale":"en"}');

    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    expect(simulator.outbox).toEqual([
      { orderId: '1001', body: { locale: 'en' }, acceptedAt: START },
    ]);
    expect(await (await fetch(simulator.outboxUrl)).json()).toEqual(simulator.outbox);
  });

  it.each([
    [
      'a body that is not JSON',
      'PUT',
      '/order/certificate/1001/resend-emails',
      '{',
      'key',
      400,
      'bad_request_format',
    ],
    [
      'no key',
      'PUT',
      '/order/certificate/1001/resend-emails',
      '{}',
      '',
      403,
      'access_denied|access_denied_invalid_key',
    ],
    ['a wrong path', 'PUT', '/order/1001', '{}', 'key', 404, 'not_found|route'],
    [
      'an unknown order',
      'PUT',
      '/order/certificate/1/resend-emails',
      '{}',
      'key',
      404,
      'not_found|order',
    ],
    [
      'an order named as a property of objects',
      'GET',
      '/order/certificate/constructor',
      undefined,
      'key',
      404,
      'not_found|order',
    ],
    [
      'the info of an unknown order',
      'GET',
      '/order/certificate/1',
      undefined,
      'key',
      404,
      'not_found|order',
    ],
    [
      'a wrong method',
      'POST',
      '/order/certificate/1001/resend-emails',
      '{}',
      'key',
      405,
      undefined,
    ],
  ])('answers %s as DigiCert does', async (_name, method, path, body, key, status, code) => {
    const { simulator, call } = await start();

    const response = await call(method, path, body, key);

    expect(response.status).toBe(status);
    const { errors } = (await response.json()) as { errors: { code: string }[] };
    expect(errors.map((error) => error.code)).toEqual(code === undefined ? [] : [code]);
    expect(simulator.outbox).toEqual([]);
  });

  it('knows which keys are good, when they are set', async () => {
    const { resend } = await start({ apiKeys: ['good'] });

    expect((await resend('1001', '{}', 'good')).status).toBe(204);
    expect((await resend('1001', '{}', 'bad')).status).toBe(403);
  });

  it('counts every endpoint of a key together, in windows that roll', async () => {
    const { clock, call, resend } = await start({
      quota: [
        { limit: 3, windowMs: 5_000 },
        { limit: 4, windowMs: 180_000 },
      ],
    });
    const statuses: number[] = [];
    const take = async (times: number) => {
      for (let index = 0; index < times; index += 1) {
        statuses.push((await resend('1001')).status);
      }
    };

    await take(1);
    clock.advance(2_000);
    await take(1);
    statuses.push((await call('GET', '/order/certificate/1001')).status);
    await take(1);
    expect(statuses.splice(0)).toEqual([204, 204, 200, 429]);

    // The first one leaves the short window 5 s after it came, and no sooner.
    clock.advance(2_999);
    await take(1);
    clock.advance(1);
    await take(2);
    expect(statuses.splice(0)).toEqual([429, 204, 429]);

    // Now the long window is full: four were accepted in 180 s, and room comes as the first one leaves.
    clock.advance(174_999);
    await take(1);
    clock.advance(1);
    await take(2);
    expect(statuses.splice(0)).toEqual([429, 204, 429]);

    // Another key has windows of its own.
    expect((await resend('1001', '{}', 'other')).status).toBe(204);
  });

  it('allows what DigiCert allows: 100 in 5 s', async () => {
    const { resend } = await start();

    const responses = await Promise.all(Array.from({ length: 101 }, () => resend('1001')));

    const statuses = responses.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array.from({ length: 100 }, () => 204), 429]);
  });
});

it('counts the requests of a thousand API keys, not of every text that was ever shown as one', () => {
  const windows = new RollingWindows([{ limit: 1, windowMs: 1_000 }]);
  for (let index = 0; index < 3_000; index += 1) {
    expect(windows.take(String(index), 0)).toBe(true);
  }
  expect(windows.size).toBe(1_000);
  expect(windows.take('2999', 0)).toBe(false);
});
