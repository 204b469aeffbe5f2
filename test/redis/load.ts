// Three gateways under load while something happens to their Redis: what was answered, and how often each order was mailed.
import { setTimeout as sleep } from 'node:timers/promises';
import { loggedEvents } from '../support/program';
import { until } from '../support/redis-cluster';
import { countNames, type Replicas } from '../support/replicas';

export const ORDERS = Array.from({ length: 20_000 }, (_, index) => String(3_000_000 + index));

export const ENVIRONMENT = {
  DIGICERT_QUOTA: '100000/5s',
  CALLER_QUOTA: '100000/60s',
  RESEND_COOLDOWN_SECONDS: '600',
  REDIS_TIMEOUT_MS: '1000',
};

const GATEWAYS = [0, 1, 2];

/** Orders that are requested at the same time. */
const CONCURRENCY = 4;

interface Call {
  readonly order: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly names: readonly string[];
}

export interface Story {
  readonly calls: number;
  readonly names: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  /** From the moment at which something happens until all gateways use Redis again, or never did without it. */
  readonly backAfterMs: number;
  /** How often orders were mailed that were requested while every gateway used Redis, by number of rounds. */
  readonly roundsShared: Readonly<Record<string, number>>;
  /** The same of all others. */
  readonly roundsAlone: Readonly<Record<string, number>>;
  /** Rounds for all of these orders when they are requested of each gateway again. */
  readonly roundsAgain: number;
}

/** Requests each order of all gateways at once, before, while and after it happens. */
export async function tell(replicas: Replicas, happen: () => Promise<unknown>): Promise<Story> {
  const calls: Call[] = [];
  const latencies: number[] = [];
  let next = 0;
  let loading = true;
  const resend = async (order: string, gateway: number) => {
    const startedAt = Date.now();
    const name = await replicas.resend(order, gateway);
    latencies.push(Date.now() - startedAt);
    return name;
  };
  const load = Array.from({ length: CONCURRENCY }, async () => {
    while (loading) {
      const order = ORDERS[next] ?? '';
      next += 1;
      const startedAt = Date.now();
      const names = await Promise.all(GATEWAYS.map((gateway) => resend(order, gateway)));
      calls.push({ order, startedAt, endedAt: Date.now(), names });
      await sleep(60);
    }
  });
  await until(() => calls.length >= 100);
  const happenedAt = Date.now();
  await happen();
  // A loss that is noticed late is waited for, too.
  await sleep(2_000);
  await until(() =>
    replicas.programs.every((program) => toLosses(program).every(({ to }) => to !== Infinity)),
  );
  const backAfterMs = Math.max(
    0,
    ...replicas.programs.flatMap(toLosses).map(({ to }) => to - happenedAt),
  );
  await sleep(500);
  loading = false;
  await Promise.all(load);

  const losses = replicas.programs.flatMap(toLosses);
  const isShared = ({ startedAt, endedAt }: Call) =>
    losses.every(({ from, to }) => endedAt < from || startedAt > to);
  const countRounds = (of: readonly Call[]) =>
    countNames(of.map(({ order }) => String(rounds.get(order) ?? 0)));
  const rounds = new Map<string, number>();
  for (const { orderId } of replicas.simulator.outbox) {
    rounds.set(orderId, (rounds.get(orderId) ?? 0) + 1);
  }
  const roundsBefore = replicas.simulator.outbox.length;
  for (let first = 0; first < calls.length; first += 20) {
    const some = calls.slice(first, first + 20);
    await Promise.all(
      some.flatMap(({ order }) => GATEWAYS.map((gateway) => resend(order, gateway))),
    );
  }
  return {
    calls: latencies.length,
    names: countNames(calls.flatMap(({ names }) => names)),
    slowestMs: Math.max(...latencies),
    backAfterMs,
    roundsShared: countRounds(calls.filter(isShared)),
    roundsAlone: countRounds(calls.filter((call) => !isShared(call))),
    roundsAgain: replicas.simulator.outbox.length - roundsBefore,
  };
}

/** When a gateway counted alone, by its log. */
function toLosses(program: Replicas['programs'][number]) {
  const losses: { from: number; to: number }[] = [];
  for (const { event, time } of loggedEvents(program)) {
    const last = losses.at(-1);
    if (event === 'redis.unavailable' && last?.to !== Infinity) {
      losses.push({ from: Number(time), to: Infinity });
    } else if (event === 'redis.recovered' && last) {
      last.to = Number(time);
    }
  }
  return losses;
}
