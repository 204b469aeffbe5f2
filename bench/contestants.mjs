// Who is measured, and how each is started. All get the same simulator, and the same work to do.
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBefore } from './before.mjs';
import { toBody, toVariables } from './document.mjs';
import { launchPeer, launchPinnedGateway, NO_LIMITS, waitUntilReady } from './launch.mjs';
import * as hive from './peers/hive/document.mjs';

const GATEWAY = {
  NODE_ENV: 'production',
  DIGICERT_API_KEY: 'key',
};

/** Wide enough never to be reached, so that each is checked and none refuses. */
const WIDE_LIMITS = {
  DIGICERT_QUOTA: '100000/1s,1000000/5s',
  CALLER_QUOTA: '1000000/5s',
  RESEND_COOLDOWN_SECONDS: '5',
};

export const PRODUCTION = 'gateway, production profile';
export const BARE = 'gateway, bare';
/** The build of the first round, which is the peer to beat. */
export const BEFORE = { [PRODUCTION]: 'before, production profile', [BARE]: 'before, bare' };
export const FORWARDER = 'node:http + undici forwarder';

/** What the gateway is set to, by profile, for a simulator. */
export function toGatewaySettings(profile, { simulator, concurrency, redis }) {
  const common = {
    ...GATEWAY,
    DIGICERT_BASE_URL: simulator.baseUrl,
    DIGICERT_CONCURRENCY: String(concurrency),
    ...(redis && { REDIS_URL: redis }),
  };
  return profile === BARE
    ? { ...common, ...NO_LIMITS, AUTH: 'none', LOG_LEVEL: 'silent' }
    : {
        ...common,
        ...WIDE_LIMITS,
        METRICS_PORT: '0',
        AUTH_JWKS_URL: simulator.jwksUrl,
        AUTH_ISSUER: simulator.issuer,
        AUTH_AUDIENCE: 'dv-email-gateway',
      };
}

const LOG_FILE = join(tmpdir(), `dv-email-gateway-bench-${process.pid}.log`);
process.on('exit', () => rmSync(LOG_FILE, { force: true }));

function gateway(profile, { name = profile, toMain = () => undefined } = {}) {
  return {
    name,
    start: async (setting) => {
      const { child, url, readyUrl } = await launchPinnedGateway(
        toGatewaySettings(profile, setting),
        { main: toMain(), logFile: profile === BARE ? '/dev/null' : LOG_FILE },
      );
      await waitUntilReady(readyUrl);
      const token = await (await fetch(setting.simulator.tokenUrl)).text();
      const headers = profile === BARE ? {} : { authorization: `Bearer ${token}` };
      return { child, url, headers };
    },
    body: toBody(),
    isSuccess: isMember,
  };
}

function peer(name, program, args = []) {
  return {
    name,
    start: async ({ simulator, concurrency }) => ({
      ...(await launchPeer(program, args, {
        NODE_ENV: 'production',
        DIGICERT_BASE_URL: simulator.baseUrl,
        CONNECTIONS: String(concurrency),
      })),
      headers: {},
    }),
    body: toBody(),
    isSuccess: isMember,
  };
}

function isMember(text) {
  return text.includes('"ResendDvEmailsSuccess"');
}

export const CONTESTANTS = [
  gateway(PRODUCTION),
  gateway(BARE),
  gateway(PRODUCTION, { name: BEFORE[PRODUCTION], toMain: buildBefore }),
  gateway(BARE, { name: BEFORE[BARE], toMain: buildBefore }),
  peer('Apollo standalone + type-graphql', 'apollo-standalone.mjs'),
  peer('GraphQL Yoga', 'yoga.mjs'),
  peer('Mercurius', 'mercurius.mjs'),
  peer('Mercurius with JIT', 'mercurius.mjs', ['--jit', '1']),
  {
    ...peer('Hive Gateway from OpenAPI', 'hive/start.mjs'),
    // OpenAPI gives the types other names, so this one has its own document.
    body: toBody({ document: hive.query, variables: hive.toVariables(toVariables()) }),
    isSuccess: (text) => text.includes('"Void_container"'),
  },
  peer(FORWARDER, 'forwarder.mjs'),
];
