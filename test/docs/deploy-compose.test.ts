// compose.yaml and its secrets are read as Docker would, and by the gateway.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { version } from '../../package.json';
import {
  DEPLOY,
  type Environment,
  expectKnown,
  makeSecrets,
  PINNED,
  parseWithSecrets,
  read,
  readYaml,
  toResponseSeconds,
  toStopSeconds,
} from '../support/deploy';

interface ComposeService {
  readonly image: string;
  readonly environment: Environment;
  readonly network_mode?: string;
  readonly networks?: { readonly default: { ipv4_address?: string; aliases?: string[] } };
  readonly secrets?: readonly string[];
  readonly stop_grace_period?: string;
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly volumes?: readonly string[];
  readonly command?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly [key: string]: unknown;
}

type Services = Readonly<Record<string, ComposeService>>;

const GATEWAYS = ['gateway-1', 'gateway-2', 'gateway-3'];

/** One file laid over another, as Docker Compose does it: maps are merged, everything else is replaced. */
function merge(base: Services, over: Services): Services {
  const names = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  return Object.fromEntries(
    names.map((name) => {
      const [below, above] = [base[name], over[name]];
      const environment = { ...below?.environment, ...above?.environment };
      const dependsOn = { ...below?.depends_on, ...above?.depends_on };
      return [
        name,
        { ...below, ...above, environment, depends_on: dependsOn } as unknown as ComposeService,
      ];
    }),
  );
}

describe('compose.yaml', () => {
  const { services, secrets, networks } = readYaml('compose.yaml') as {
    services: Services;
    secrets: Readonly<Record<string, { file: string }>>;
    networks: { default: { ipam: { config: [{ subnet: string; ip_range: string }] } } };
  };
  const over = readYaml('compose.simulator.yaml').services as Services;
  const simulated = merge(services, over);
  const service = (name: string, among = services) => among[name] as ComposeService;
  const made = makeSecrets('compose');
  /** What the image sets, under what the file sets. */
  const toEnvironment = (name: string, among = services): Environment => ({
    NODE_ENV: 'production',
    HOST: '::',
    ...service(name, among).environment,
  });

  const graceSeconds = (name: string) => {
    const [, seconds] = /^(\d+)s$/.exec(service(name).stop_grace_period ?? '') ?? [];
    return Number(seconds);
  };

  it('runs pinned images, each that is built from the Dockerfile as its version', () => {
    for (const { image, build } of Object.values(simulated)) {
      expect(image).toMatch(PINNED);
      if (build) {
        expect({ image, build }).toEqual({
          image: `dv-email-gateway:${version}`,
          build: { context: '..', dockerfile: 'deploy/Dockerfile' },
        });
      }
    }
    const tested = JSON.parse(read('..', 'test', 'supergraph', 'package.json')).dependencies;
    expect(service('router').image.split(':')[1]).toBe(tested['@graphql-hive/gateway']);
  });

  it.each(GATEWAYS)(
    'gives %s settings that it takes, for DigiCert and for the simulator',
    (name) => {
      for (const among of [services, simulated]) {
        expectKnown(service(name, among).environment);
        const settings = parseWithSecrets(toEnvironment(name, among), '/run/secrets', made);
        const { redis } = settings.limits;
        expect(settings.upstream.kind).toBe('digicert');
        expect(settings.auth.routerSecrets).toEqual([
          readFileSync(join(made, 'router-secret'), 'utf8'),
        ]);
        expect(redis?.target.addresses[0].host).toBe('redis');
        expect(GATEWAYS.length * (redis?.fallbackPercent ?? 100)).toBeLessThanOrEqual(100);
        expect(graceSeconds(name)).toBeGreaterThanOrEqual(toStopSeconds(settings));
        expect(graceSeconds('router')).toBeGreaterThanOrEqual(toResponseSeconds(settings));
      }
    },
  );

  it('has the same settings for every gateway, but for the ports', () => {
    const [first, ...others] = GATEWAYS.map((name) => ({
      ...service(name).environment,
      PORT: '',
      METRICS_PORT: '',
    }));
    for (const other of others) {
      expect(other).toEqual(first);
    }
    const ports = GATEWAYS.flatMap((name) => {
      const { PORT, METRICS_PORT } = service(name).environment;
      return [PORT, METRICS_PORT];
    });
    expect(new Set(ports).size).toBe(6);
    expect(ports).not.toContain(undefined);
  });

  it('gives Prometheus the metrics of every gateway, and no one outside', () => {
    const [{ static_configs: scraped }] = readYaml(
      'prometheus',
      'prometheus.compose.yaml',
    ).scrape_configs;
    expect(scraped).toEqual([
      { targets: GATEWAYS.map((name) => `${name}:${service(name).environment.METRICS_PORT}`) },
    ]);
    for (const name of GATEWAYS) {
      expect(service(name)).not.toHaveProperty('ports');
    }
  });

  it('writes itself no secret: each is a file that the script makes', () => {
    for (const { secrets: names = [] } of Object.values(services)) {
      expect(Object.keys(secrets)).toEqual(expect.arrayContaining([...names]));
    }
    for (const [name, { file }] of Object.entries(secrets)) {
      expect(file).toBe(`./secrets/${name}`);
      expect([name, existsSync(join(made, name))]).toEqual([name, true]);
    }
    for (const { environment } of Object.values(simulated)) {
      const bare = /(?:KEY|SECRET|PASSWORD|TOKEN|REDIS_URL)$/;
      expect(Object.keys(environment).filter((name) => bare.test(name))).toEqual([]);
      for (const [name, path] of Object.entries(environment)) {
        if (name.endsWith('_FILE')) {
          expect(path.replace('/run/secrets/', '')).toBe(
            Object.keys(secrets).find((secret) => path === `/run/secrets/${secret}`),
          );
        }
      }
    }
  });

  it('names only services and files that there are', () => {
    for (const { depends_on: needed = {}, volumes = [] } of Object.values(simulated)) {
      expect(Object.keys(simulated)).toEqual(expect.arrayContaining(Object.keys(needed)));
      for (const volume of volumes) {
        const [path = ''] = volume.split(':');
        // What `npm run compose` writes is not there before.
        expect([path, path.startsWith('../dist/') || existsSync(join(DEPLOY, path))]).toEqual([
          path,
          true,
        ]);
      }
    }
  });

  it('lets the router reach every gateway, and the gateways believe it alone', () => {
    const { environment, networks: own } = service('router');
    expect(environment.DV_EMAILS_URLS?.split(',')).toEqual(
      GATEWAYS.map((name) => `http://${name}:${service(name).environment.PORT}/graphql`),
    );
    const [{ subnet, ip_range: range }] = networks.default.ipam.config;
    expect({ subnet, range, router: own?.default.ipv4_address }).toEqual({
      subnet: '172.30.64.0/24',
      range: '172.30.64.128/25',
      router: service('gateway-1').environment.TRUSTED_PROXIES,
    });
  });

  it("puts the simulated gateways into the simulator's network, under their names", () => {
    const port = service('simulator', simulated).command?.at(-1);
    for (const name of GATEWAYS) {
      expect(simulated[name]).toMatchObject({
        network_mode: 'service:simulator',
        environment: { DIGICERT_BASE_URL: `http://127.0.0.1:${port}/services/v2` },
      });
      // What Docker refuses beside a network that is another container's.
      expect(Object.keys(simulated[name] ?? {})).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(?:networks|ports|expose|hostname)$/)]),
      );
    }
    expect(service('simulator', simulated).networks?.default.aliases).toEqual(GATEWAYS);
  });

  it('gives every command and check as words, also where YAML treats a colon as a key', () => {
    for (const { command = [], healthcheck } of Object.values(simulated)) {
      const words = [...command, ...(healthcheck?.test ?? [])];
      expect(words.filter((word) => typeof word !== 'string')).toEqual([]);
    }
  });

  it('configures Redis to refuse rather than forget', () => {
    expect(service('redis').command?.join(' ')).toContain('--maxmemory-policy noeviction');
  });
});

describe('make-secrets.sh', () => {
  it('makes other secrets each time, and leaves those alone that are there', () => {
    const first = makeSecrets('first', { DIGICERT_API_KEY: 'a-key' });
    const texts = (secrets: string) =>
      Object.fromEntries(
        readdirSync(secrets).map((name) => [name, readFileSync(join(secrets, name), 'utf8')]),
      );
    const before = texts(first);
    makeSecrets('first', { DIGICERT_API_KEY: 'a-key' });
    makeSecrets('first');

    expect(texts(first)).toEqual(before);
    expect(before['digicert-api-key']).toBe('a-key\n');
    const [, password] = /^requirepass ([\da-f]{64})\n$/.exec(before['redis.conf'] ?? '') ?? [];
    expect(before['redis-url']).toBe(`redis://:${password}@redis:6379/0\n`);
    const second = texts(makeSecrets('second'));
    for (const name of ['router-secret', 'redis.conf', 'audit-hash-key']) {
      expect(second[name]).not.toBe(before[name]);
    }
  });

  it('refuses another key than the one that is there, and shows neither', () => {
    const key = join(makeSecrets('other-key', { DIGICERT_API_KEY: 'a-key' }), 'digicert-api-key');
    const { status, stderr } = spawnSync('sh', [join(DEPLOY, 'make-secrets.sh'), dirname(key)], {
      env: { PATH: process.env.PATH, DIGICERT_API_KEY: 'another-key' },
      encoding: 'utf8',
    });

    expect(status).toBe(1);
    expect(stderr).toMatch(/digicert-api-key: has another key than DIGICERT_API_KEY/);
    expect(stderr).not.toMatch(/a-key|another-key/);
    expect(readFileSync(key, 'utf8')).toBe('a-key\n');
  });

  it('writes where nothing is committed', () => {
    expect(read('secrets', '.gitignore')).toMatch(/^\*\n!\.gitignore\n$/m);
  });
});
