// Two gateways in front of one simulator, with one Redis.
import { startSimulator } from '../../src/simulator/simulator';
import { closeLater } from './close-later';
import { startRedis } from './redis';
import { startTestApp } from './test-app';

export async function startTwoGateways(environment: Readonly<Record<string, string>>) {
  const simulator = await startSimulator();
  closeLater(() => simulator.close());
  const redis = await startRedis();
  const start = () =>
    startTestApp({
      baseUrl: simulator.baseUrl,
      environment: { ...environment, REDIS_URL: redis.url },
    });
  return { simulator, redis, one: await start(), other: await start() };
}
