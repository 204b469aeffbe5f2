// What is read at a scrape: the current state.
import { Gauge, type Registry } from 'prom-client';
import type { WindowUsage } from '../../domain/reservation';
import type { RollingWindow } from '../../domain/rolling-window';
import type { BreakerState } from '../../domain/upstream-event';
import { PREFIX } from './instruments';

const BREAKER_STATES: readonly BreakerState[] = ['closed', 'half-open', 'open'];

export interface MeasuredState {
  readonly digicert: { readonly breakerState: BreakerState; readonly inFlight: number };
  readonly isLogRead: () => boolean;
  readonly quotaWindows: readonly RollingWindow[];
  readonly limits: {
    usage(): Promise<readonly WindowUsage[]>;
    /** Where limits are counted. Without `redis` there is none to be asked. */
    counted(): { readonly limits: string; readonly redis?: unknown };
  };
}

export function watchState(
  { digicert, isLogRead, quotaWindows, limits }: MeasuredState,
  registry: Registry,
): void {
  const registers = [registry];
  new Gauge({
    name: `${PREFIX}digicert_breaker_state`,
    help: 'Circuit breaker in front of DigiCert: 1 for the state it is in.',
    labelNames: ['state'] as const,
    registers,
    collect() {
      for (const name of BREAKER_STATES) {
        this.set({ state: name }, digicert.breakerState === name ? 1 : 0);
      }
    },
  });
  new Gauge({
    name: `${PREFIX}digicert_requests_in_flight`,
    help: 'Requests that are on their way to DigiCert, or wait for a connection.',
    registers,
    collect() {
      this.set(digicert.inFlight);
    },
  });
  new Gauge({
    name: `${PREFIX}log_writable`,
    help: 'Whether the log can be written. Where it cannot, nothing is sent.',
    registers,
    collect() {
      this.set(isLogRead() ? 1 : 0);
    },
  });
  const limit = new Gauge({
    name: `${PREFIX}digicert_quota_limit`,
    help: 'Requests that DigiCert allows the API key in a window.',
    labelNames: ['window_seconds'] as const,
    registers,
  });
  for (const window of quotaWindows) {
    limit.set(toLabels(window), window.limit);
  }
  new Gauge({
    name: `${PREFIX}digicert_quota_used`,
    help: 'Requests of all gateways together that count in a window at the moment.',
    labelNames: ['window_seconds'] as const,
    registers,
    async collect() {
      for (const { window, used } of await limits.usage()) {
        this.set(toLabels(window), used);
      }
    },
  });
  if (limits.counted().redis) {
    new Gauge({
      name: `${PREFIX}redis_up`,
      help: 'Whether limits are counted in Redis, together with other gateways.',
      registers,
      collect() {
        this.set(limits.counted().limits === 'redis' ? 1 : 0);
      },
    });
  }
}

function toLabels({ windowMs }: RollingWindow): { window_seconds: string } {
  return { window_seconds: String(windowMs / 1_000) };
}
