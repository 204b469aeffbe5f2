// When DigiCert is not called, and how it is found to work again.
import { type CallResult, CircuitBreaker } from '../../../src/digicert/transport/circuit-breaker';
import { ManualClock } from '../../support/manual-clock';

const WORKED: CallResult = { failed: false };
const FAILED: CallResult = { failed: true };

function createBreaker(openMs = 10_000) {
  const clock = new ManualClock();
  const changes: string[] = [];
  const breaker = new CircuitBreaker({ clock, openMs, onChange: (state) => changes.push(state) });
  /** Makes calls for one order after the other; rejected ones are left out. */
  const call = (result: 'worked' | 'failed', times = 1) => {
    for (let index = 0; index < times; index += 1) {
      breaker
        .permit()
        ?.end(result === 'worked' ? WORKED : { failed: true, orderId: String(index) });
    }
  };
  return { clock, breaker, changes, call };
}

describe('while it is closed', () => {
  it('opens at the tenth call when all have failed, and not before', () => {
    const { breaker, call } = createBreaker();

    call('failed', 9);
    expect(breaker.state).toBe('closed');
    call('failed');
    expect(breaker.state).toBe('open');
    expect(breaker.permit()).toBeUndefined();
  });

  it('opens when half of the calls have failed', () => {
    const { breaker, call } = createBreaker();

    call('worked', 10);
    call('failed', 9);
    expect(breaker.state).toBe('closed');
    call('failed');
    expect(breaker.state).toBe('open');
  });

  it('lets bygones be bygones after 30 s', () => {
    const { clock, breaker, call } = createBreaker();

    call('failed', 9);
    clock.advance(30_000);
    call('failed', 9);
    expect(breaker.state).toBe('closed');
  });

  it('judges by the last hundred calls', () => {
    const { breaker, call } = createBreaker();

    call('worked', 1_000);
    call('failed', 49);
    expect(breaker.state).toBe('closed');
    call('failed');
    expect(breaker.state).toBe('open');
  });

  it('is not opened by one or two orders that DigiCert stumbles over', () => {
    const { breaker, call } = createBreaker();

    for (let index = 0; index < 50; index += 1) {
      breaker.permit()?.end({ failed: true, orderId: index % 2 === 0 ? '666' : '667' });
    }
    expect(breaker.state).toBe('closed');
    call('failed', 3);
    expect(breaker.state).toBe('open');
  });

  it('is opened by failures that no order can be blamed for', () => {
    const { breaker } = createBreaker();

    for (let index = 0; index < 10; index += 1) {
      breaker.permit()?.end(FAILED);
    }
    expect(breaker.state).toBe('open');
  });

  it('never opens when it is switched off', () => {
    const { breaker, call, changes } = createBreaker(0);

    call('failed', 1_000);
    expect(breaker.state).toBe('closed');
    expect(changes).toEqual([]);
  });
});

describe('once it is open', () => {
  it('lets one call find out after its time, and no second one meanwhile', () => {
    const { clock, breaker, call } = createBreaker();
    call('failed', 10);

    clock.advance(9_999);
    expect(breaker.isLettingThrough).toBe(false);
    expect(breaker.state).toBe('open');
    clock.advance(1);
    expect(breaker.isLettingThrough).toBe(true);
    // Although there was no call yet.
    expect(breaker.state).toBe('half-open');
    const probe = breaker.permit();
    expect(probe).toBeDefined();
    expect(breaker.state).toBe('half-open');
    expect(breaker.permit()).toBeUndefined();
    probe?.end(WORKED);
    expect(breaker.state).toBe('closed');
  });

  it('opens again for as long when that call fails', () => {
    const { clock, breaker, call, changes } = createBreaker();
    call('failed', 10);
    clock.advance(10_000);

    call('failed');
    expect(breaker.state).toBe('open');
    clock.advance(9_999);
    expect(breaker.permit()).toBeUndefined();
    clock.advance(1);
    call('worked');
    expect(changes).toEqual(['open', 'half-open', 'open', 'half-open', 'closed']);
  });

  it('begins with a clean slate when it closes', () => {
    const { clock, breaker, call } = createBreaker();
    call('failed', 10);
    clock.advance(10_000);
    call('worked');

    call('failed', 9);
    expect(breaker.state).toBe('closed');
  });

  it('takes no notice of calls that began before', () => {
    const { clock, breaker, call } = createBreaker();
    const [late, later] = [breaker.permit(), breaker.permit()];
    call('failed', 10);

    late?.end(WORKED);
    expect(breaker.state).toBe('open');
    clock.advance(10_000);
    const probe = breaker.permit();
    later?.end(FAILED);
    expect(breaker.state).toBe('half-open');
    probe?.end(WORKED);
    expect(breaker.state).toBe('closed');
  });
});
