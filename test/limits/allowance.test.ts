// Three gateways, one Redis, and a DigiCert whose windows are strict.
import { describeWithRedis, startRedis } from '../support/redis';
import { countNames, startReplicas } from '../support/replicas';

/** `npm run test:allowance` asks for four times as much, which takes four times as long. */
const SCALE = process.env.ALLOWANCE === 'whole' ? 1 : 0.25;

/** DigiCert's own windows of 5 s and 180 s, eighteen times as fast. */
const SHORT = { limit: 100 * SCALE, windowMs: Math.ceil(278 * SCALE) };
const LONG = { limit: 1_000 * SCALE, windowMs: 10_000 * SCALE };
const QUOTA = `${SHORT.limit}/${SHORT.windowMs}ms,${LONG.limit}/${LONG.windowMs}ms`;

const WANTED = 3_000 * SCALE;

/** Milliseconds in which DigiCert could have taken them all, at best. */
const IDEAL_MS =
  Math.floor((WANTED - 1) / LONG.limit) * LONG.windowMs +
  Math.floor(((WANTED - 1) % LONG.limit) / SHORT.limit) * SHORT.windowMs;

describeWithRedis('three gateways with one Redis', () => {
  it('use what DigiCert allows, and never run into its limit', async () => {
    const redis = await startRedis();
    const { simulator, resend } = await startReplicas(3, {
      redisUrl: redis.url,
      quota: [SHORT, LONG],
      environment: {
        DIGICERT_QUOTA: QUOTA,
        DIGICERT_QUOTA_WAIT_MS: '110000',
        DIGICERT_TIMEOUT_MS: '120000',
        // Three thousand connections at once take their time on a machine with little of it.
        REQUEST_TIMEOUT_MS: '60000',
      },
    });

    const names = await Promise.all(Array.from({ length: WANTED }, () => resend('1001')));
    const sentAt = simulator.outbox.map(({ acceptedAt }) => Date.parse(acceptedAt));
    const usedShare = IDEAL_MS / (Math.max(...sentAt) - Math.min(...sentAt));

    expect(countNames(names)).toEqual({ Success: WANTED });
    expect(simulator.outbox).toHaveLength(WANTED);
    // Judged by the clock of a shared machine, so generously: `npm run bench -- --only allowance` measures it.
    process.stdout.write(`Allowance used by three gateways: ${(usedShare * 100).toFixed(1)} %\n`);
    expect(usedShare).toBeGreaterThan(0.8);
  }, 120_000);
});
