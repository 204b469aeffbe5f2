// Several gateways as processes of their own, with one Redis, in front of one simulator in this process.
import type { RollingWindow } from '../../src/domain/rolling-window';
import { SIMULATED_ACCOUNT } from '../../src/simulator/orders';
import { accept } from '../../src/simulator/responders';
import { type Simulator, startSimulator } from '../../src/simulator/simulator';
import { closeLater } from './close-later';
import { type Program, startGateway } from './program';

export interface Replicas {
  readonly simulator: Simulator;
  /** Asks one of the gateways, in turn or by its number; resolves with the member's name without our prefix. */
  resend(orderId: string, gateway?: number): Promise<string>;
  /** Everything the gateways have logged so far. */
  readonly logged: () => string;
  readonly programs: readonly Program[];
  /** One more gateway; resolves with its number. */
  start(): Promise<number>;
}

export async function startReplicas(
  count: number,
  options: {
    readonly environment?: Record<string, string>;
    readonly quota?: readonly RollingWindow[];
    /** Orders in addition to the simulator's own; each is accepted. */
    readonly orders?: readonly string[];
    /** A function: the URL depends on whose limits they are. */
    readonly redisUrl: string | ((baseUrl: string) => Promise<string>);
    /** Of the environment of one gateway alone. */
    readonly environmentOf?: (gateway: number) => Record<string, string>;
  },
): Promise<Replicas> {
  const orders = Object.fromEntries(
    (options.orders ?? []).map((id) => [id, { summary: 'accepted', resend: accept }]),
  );
  const simulator = await startSimulator({
    account: { ...SIMULATED_ACCOUNT, ...orders },
    quota: options.quota ?? [],
  });
  closeLater(() => simulator.close());
  const { redisUrl } = options;
  const url = typeof redisUrl === 'string' ? redisUrl : await redisUrl(simulator.baseUrl);
  const programs: Program[] = [];
  const urls: string[] = [];
  const start = async (index = programs.length) => {
    const { program, url: gatewayUrl } = await startGateway({
      DIGICERT_API_KEY: 'key',
      DIGICERT_BASE_URL: simulator.baseUrl,
      REDIS_URL: url,
      ...options.environment,
      ...options.environmentOf?.(index),
    });
    programs[index] = program;
    urls[index] = gatewayUrl;
    return index;
  };
  await Promise.all(Array.from({ length: count }, (_, index) => start(index)));
  let turn = 0;
  return {
    simulator,
    logged: () => programs.map((program) => program.printed().stdout).join(''),
    programs,
    start: () => start(),
    resend: async (orderId, gateway) => {
      turn += 1;
      const response = await fetch(urls[gateway ?? turn % urls.length] ?? '', {
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
