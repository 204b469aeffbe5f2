// Several gateways as processes of their own, with one Redis, in front of one simulator in this process.
import type { RollingWindow } from '../../src/domain/rolling-window';
import { SIMULATED_ACCOUNT } from '../../src/simulator/orders';
import { accept } from '../../src/simulator/responders';
import { type Simulator, startSimulator } from '../../src/simulator/simulator';
import { closeLater } from './close-later';
import { type Program, startGateway } from './program';
import { type RedisServer, startRedis } from './redis';

export interface Replicas {
  readonly simulator: Simulator;
  readonly redis: RedisServer;
  /** Asks one of the gateways, in turn; resolves with the member's name without our prefix. */
  resend(orderId: string): Promise<string>;
  /** Everything the gateways have logged so far. */
  readonly logged: () => string;
}

export async function startReplicas(
  count: number,
  options: {
    readonly environment?: Record<string, string>;
    readonly quota?: readonly RollingWindow[];
    /** Orders in addition to the simulator's own; each is accepted. */
    readonly orders?: readonly string[];
  } = {},
): Promise<Replicas> {
  const orders = Object.fromEntries(
    (options.orders ?? []).map((id) => [id, { summary: 'accepted', resend: accept }]),
  );
  const simulator = await startSimulator({
    account: { ...SIMULATED_ACCOUNT, ...orders },
    quota: options.quota ?? [],
  });
  closeLater(() => simulator.close());
  const redis = await startRedis();
  const programs: Program[] = [];
  const urls = await Promise.all(
    Array.from({ length: count }, async () => {
      const { program, url } = await startGateway({
        DIGICERT_API_KEY: 'key',
        DIGICERT_BASE_URL: simulator.baseUrl,
        REDIS_URL: redis.url,
        ...options.environment,
      });
      programs.push(program);
      return url;
    }),
  );
  let turn = 0;
  return {
    simulator,
    redis,
    logged: () => programs.map((program) => program.printed().stdout).join(''),
    resend: async (orderId) => {
      turn += 1;
      const response = await fetch(urls[turn % urls.length] ?? '', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          query: 'mutation ($id: ID!) { resendDvEmails(orderId: $id) { __typename } }',
          variables: { id: orderId },
        }),
      });
      const { data } = (await response.json()) as {
        data: { resendDvEmails: { __typename: string } | null };
      };
      return data.resendDvEmails?.__typename.replace('ResendDvEmails', '') ?? 'null';
    },
  };
}

/** How often each name came. */
export function countNames(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) {
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
