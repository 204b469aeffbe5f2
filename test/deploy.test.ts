// The examples in deploy/ are read as those who use them would: by Docker, by Kubernetes and by the gateway.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import { parse } from 'yaml';
import type * as RouterConfig from '../deploy/router/gateway.config';
import { version } from '../package.json';
import { parseSettings, SETTING_NAMES, type Settings } from '../src/settings/settings';
import { startGateway } from './support/program';

const ROOT = join(__dirname, '..');
const DEPLOY = join(ROOT, 'deploy');
const KUBERNETES = join(DEPLOY, 'kubernetes');

/** Variables of Node's own that a gateway may be given. */
const NODE_VARIABLES = ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS', 'TZ'];

/**
 * Milliseconds that stopping takes beyond its two settings: one second for the last answers (app.ts), one for
 * Redis (redis-store.ts), two for the last spans (tracing.ts).
 */
const CLOSE_MARGIN_MS = 4_000;

/** Milliseconds for an answer to be written, beyond the time that it may take (app.ts). */
const ANSWER_MARGIN_MS = 1_000;

type Environment = Readonly<Record<string, string>>;

const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (...path: string[]) => readFileSync(join(DEPLOY, ...path), 'utf8');

/** Throws on a key that is there twice; `merge` knows `<<`, which Docker Compose takes and JSON schemas do not. */
const readYaml = (...path: string[]) => parse(read(...path), { merge: true, strict: true });

/** Secrets as the script makes them. */
function makeSecrets(name: string, environment: Environment = {}): string {
  const secrets = join(folder, name);
  execFileSync('sh', [join(DEPLOY, 'make-secrets.sh'), secrets], {
    env: { PATH: process.env.PATH, ...environment },
  });
  return secrets;
}

/** The environment with its secret files found where the script has put them, under the same names. */
function parseWithSecrets(environment: Environment, mountPath: string, secrets: string): Settings {
  const parsed = parseSettings(
    Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [
        name,
        name.endsWith('_FILE') ? value.replace(mountPath, secrets) : value,
      ]),
    ),
  );
  if (!parsed.ok) {
    throw new Error(parsed.problems.join('\n'));
  }
  return parsed.settings;
}

/** Seconds from SIGTERM to the end, at most. */
function toStopSeconds({ shutdown }: Settings): number {
  return (shutdown.delayMs + shutdown.timeoutMs + CLOSE_MARGIN_MS) / 1_000;
}

/** Seconds for an answer, at most: the fields of a mutation and as many reads, one after another. */
function toAnswerSeconds({ maxMutationFields, digicertTimeoutMs }: Settings): number {
  return (2 * maxMutationFields * digicertTimeoutMs + ANSWER_MARGIN_MS) / 1_000;
}

function expectKnown(environment: Environment): void {
  expect([...SETTING_NAMES, ...NODE_VARIABLES]).toEqual(
    expect.arrayContaining(Object.keys(environment)),
  );
}

/** A repository, and a version of two numbers at least. */
const PINNED = /^[\w./-]+:\d+\.\d+(?:\.\d+)?(?:-[a-z]+)?$/;

interface Instruction {
  readonly name: string;
  readonly text: string;
}

function readDockerfile(): Instruction[] {
  return read('Dockerfile')
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...rest] = line.split(' ');
      return { name, text: rest.join(' ') };
    });
}

describe('the Dockerfile', () => {
  const instructions = readDockerfile();
  const textsOf = (name: string, among = instructions) =>
    among.filter((instruction) => instruction.name === name).map(({ text }) => text);
  const lastFrom = instructions.map(({ name }) => name).lastIndexOf('FROM');
  const last = instructions.slice(lastFrom);

  it('builds with everything and runs with production dependencies alone', () => {
    expect(textsOf('ARG')).toEqual([expect.stringMatching(/^NODE_VERSION=26\.\d+\.\d+$/)]);
    expect(textsOf('FROM')).toEqual([
      `node:\${NODE_VERSION}-slim AS build`,
      `node:\${NODE_VERSION}-slim AS dependencies`,
      `node:\${NODE_VERSION}-slim AS gateway`,
    ]);
    expect(textsOf('RUN')).toEqual([
      expect.stringMatching(/^npm ci(?!.*--omit)/),
      'npm run build',
      expect.stringMatching(/^npm ci --omit=dev/),
    ]);
    expect(textsOf('RUN', last)).toEqual([]);
    expect(textsOf('COPY', last)).toEqual([
      'package.json ./',
      '--from=dependencies /app/node_modules ./node_modules',
      '--from=build /app/dist ./dist',
      'schema/persisted-documents.json ./schema/',
    ]);
  });

  it('runs as nobody who may write, for production, without a shell', () => {
    expect(textsOf('USER', last)).toEqual(['1000:1000']);
    expect(textsOf('ENV', last)).toEqual(['NODE_ENV=production HOST=0.0.0.0']);
    expect(textsOf('EXPOSE', last)).toEqual(['4000 9464']);
    expect(textsOf('ENTRYPOINT', last)).toEqual([]);
    expect(textsOf('CMD', last).map((text) => JSON.parse(text))).toEqual([
      ['node', 'dist/main.js'],
    ]);
  });

  it('lets nothing into the build but what it copies', () => {
    const [first, ...allowed] = read('Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(first).toBe('*');
    const copied = textsOf('COPY')
      .filter((text) => !text.startsWith('--from'))
      .flatMap((text) => text.split(' ').slice(0, -1));
    expect(allowed.map((line) => line.replace(/^!/, '')).sort()).toEqual(
      [...new Set(copied)].sort(),
    );
    for (const path of copied) {
      expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
    }
  });

  it('finds out whether a gateway lives', async () => {
    const [healthcheck = ''] = textsOf('HEALTHCHECK', last);
    const [, ...args] = JSON.parse(healthcheck.slice(healthcheck.indexOf('['))) as string[];
    const check = (port: string) =>
      spawnSync(process.execPath, args, { env: { PORT: port } }).status;
    const { url, program } = await startGateway();
    const { port } = new URL(url);

    expect(check(port)).toBe(0);

    program.kill('SIGKILL');
    expect(check('1')).toBe(1);
  });
});

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
    HOST: '0.0.0.0',
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
        expect(new URL(redis?.url ?? '').hostname).toBe('redis');
        expect(GATEWAYS.length * (redis?.fallbackPercent ?? 100)).toBeLessThanOrEqual(100);
        expect(graceSeconds(name)).toBeGreaterThanOrEqual(toStopSeconds(settings));
        expect(graceSeconds('router')).toBeGreaterThanOrEqual(toAnswerSeconds(settings));
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

  it('lets Prometheus have the metrics of every gateway, and nobody outside', () => {
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

  it('gives every command and check as words, whatever YAML makes of colons', () => {
    for (const { command = [], healthcheck } of Object.values(simulated)) {
      const words = [...command, ...(healthcheck?.test ?? [])];
      expect(words.filter((word) => typeof word !== 'string')).toEqual([]);
    }
  });

  it('tells Redis to refuse rather than forget', () => {
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
    makeSecrets('first', { DIGICERT_API_KEY: 'another-key' });

    expect(texts(first)).toEqual(before);
    expect(before['digicert-api-key']).toBe('a-key\n');
    const [, password] = /^requirepass ([\da-f]{64})\n$/.exec(before['redis.conf'] ?? '') ?? [];
    expect(before['redis-url']).toBe(`redis://:${password}@redis:6379/0\n`);
    const second = texts(makeSecrets('second'));
    for (const name of ['router-secret', 'redis.conf', 'audit-hash-key']) {
      expect(second[name]).not.toBe(before[name]);
    }
  });

  it('writes where nothing is committed', () => {
    expect(read('secrets', '.gitignore')).toMatch(/^\*\n!\.gitignore\n$/m);
  });
});

describe("the router's configuration", () => {
  function load() {
    const file = join(folder, 'router-secret');
    writeFileSync(file, 'the-new-router-secret,the-old-router-secret\n');
    process.env.ROUTER_SECRET_FILE = file;
    process.env.DV_EMAILS_URLS = 'http://a/graphql, http://b/graphql';
    // It reads its environment when it is loaded.
    jest.resetModules();
    const { gatewayConfig } = require('../deploy/router/gateway.config') as typeof RouterConfig;
    delete process.env.ROUTER_SECRET_FILE;
    delete process.env.DV_EMAILS_URLS;
    return gatewayConfig;
  }

  const callTo = (subgraphName: string) => ({
    subgraphName,
    request: { headers: new Headers({ 'x-forwarded-for': '9.9.9.9', 'x-router-secret': 'mine' }) },
    context: { req: { socket: { remoteAddress: '192.0.2.1' } } as never },
  });

  it('shows the newest secret to its subgraph alone, and says where the call comes from', () => {
    const { fromClientToSubgraphs } = load().propagateHeaders;

    expect(fromClientToSubgraphs(callTo('dv-emails'))).toEqual({
      'x-router-secret': 'the-new-router-secret',
      authorization: null,
      'x-forwarded-for': '9.9.9.9, 192.0.2.1',
    });
    expect(fromClientToSubgraphs(callTo('support'))).toEqual({});
    expect(Object.keys(parse(read('..', 'schema', 'supergraph.yaml')).subgraphs)).toEqual([
      'dv-emails',
    ]);
  });

  it('asks the gateways in turn, and never one request twice', () => {
    const config = load();
    const [{ onFetch }] = config.plugins() as [ReturnType<typeof config.plugins>[number]];
    const urls: string[] = [];
    for (const subgraphName of ['dv-emails', 'support', 'dv-emails', 'dv-emails']) {
      onFetch({ executionRequest: { subgraphName }, setURL: (url) => urls.push(url) });
    }

    expect(urls).toEqual(['http://a/graphql', 'http://b/graphql', 'http://a/graphql']);
    expect(config).not.toHaveProperty('upstreamRetry');
  });
});

/** Each kind with the validator made from Kubernetes' own schema. */
const KINDS: Readonly<Record<string, { prototype: { validate(): void } }>> = {
  Deployment,
  HorizontalPodAutoscaler,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  Secret,
  Service,
};

/**
 * A copy that notes which of its fields nobody reads. Kubernetes' schemas let unknown fields pass; a field
 * that their validator never looks at is one of those.
 */
function watchReads<Value>(value: Value, path: string, unread: Set<string>): Value {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value).map(([key, child]) => {
    const childPath = `${path}/${key}`;
    unread.add(childPath);
    return [key, watchReads(child, childPath, unread)] as const;
  });
  const copy = Array.isArray(value)
    ? entries.map(([, child]) => child)
    : Object.fromEntries(entries);
  return new Proxy(copy, {
    get: (target, key) => {
      unread.delete(`${path}/${String(key)}`);
      return Reflect.get(target, key);
    },
    ownKeys: (target) => {
      for (const key of Object.keys(target)) {
        unread.delete(`${path}/${key}`);
      }
      return Reflect.ownKeys(target);
    },
  }) as Value;
}

/** Fields that Kubernetes does not know. Throws where it would refuse a value. */
function validate(object: { readonly kind: string }): string[] {
  const unread = new Set<string>();
  const kind = KINDS[object.kind];
  if (!kind) {
    throw new Error(`No schema for ${object.kind}.`);
  }
  kind.prototype.validate.call(watchReads(object, '', unread));
  return [...unread];
}

/** Bits that a network has at least, by IP version: room for 256 proxies, or a link of IPv6. */
const MIN_PREFIX_BITS: Readonly<Record<number, number>> = { 4: 24, 6: 64 };

function isWide(network: string): boolean {
  const [address = '', bits = '128'] = network.split('/');
  return Number(bits) < (MIN_PREFIX_BITS[isIP(address)] ?? Number.POSITIVE_INFINITY);
}

describe('deploy/kubernetes', () => {
  const kustomization = readYaml('kubernetes', 'kustomization.yaml');
  const files = readdirSync(KUBERNETES).filter((name) => name !== 'kustomization.yaml');
  const objects = files.map((name) => parse(read('kubernetes', name), { strict: true }));
  const find = (kind: string) => objects.find((object) => object.kind === kind);
  const secret = find('Secret');
  const { metadata, spec } = find('Deployment');
  const { spec: pod, metadata: podMetadata } = spec.template;
  const [container] = pod.containers;
  const [mount] = container.volumeMounts;
  const environment: Environment = Object.fromEntries(
    container.env.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
  const settings = parseWithSecrets(environment, mount.mountPath, makeSecrets('kubernetes'));

  it.each(objects.map((object) => [object.kind, object]))(
    'has a %s that fits its schema, without fields nobody knows',
    (_kind, object) => {
      expect(validate(object)).toEqual([]);
    },
  );

  it('would notice a misspelt field and a wrong value: the check can fail', () => {
    const { kind, apiVersion } = find('Deployment');
    const selector = spec.selector;
    expect(validate({ kind, apiVersion, spec: { ...spec, minReadySecond: 5 } } as never)).toEqual([
      '/spec/minReadySecond',
    ]);
    expect(() =>
      validate({ kind, apiVersion, spec: { replicas: '3', selector, template: {} } } as never),
    ).toThrow('replicas');
  });

  it('lists every file, the example of a secret left out', () => {
    expect(kustomization).toMatchObject({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      namespace: find('Namespace').metadata.name,
      images: [{ name: 'dv-email-gateway', newTag: version }],
    });
    expect([...kustomization.resources, 'secret.example.yaml'].sort()).toEqual(files.sort());
    expect(container.image).toBe(`dv-email-gateway:${version}`);
    expect(container.image).toMatch(PINNED);
  });

  it('gives the gateway settings that it takes', () => {
    expectKnown(environment);
    expect(settings).toMatchObject({ host: '0.0.0.0', upstream: { kind: 'digicert' } });
    expect(environment.NODE_ENV).toBe('production');
    expect(settings.auth.routerSecrets).toHaveLength(1);
  });

  it('takes each secret from a key that the secret has, and shows none', () => {
    const fileNames = Object.entries(environment)
      .filter(([name]) => name.endsWith('_FILE'))
      .map(([, path]) => path.replace(`${mount.mountPath}/`, ''));
    expect(fileNames.sort()).toEqual(Object.keys(secret.stringData).sort());
    expect(new Set(Object.values(secret.stringData))).toEqual(new Set(['REPLACE-ME']));
    expect(pod.volumes).toEqual([
      { name: mount.name, secret: { secretName: secret.metadata.name, defaultMode: 0o440 } },
    ]);
    expect(read('kubernetes', 'secret.example.yaml')).toContain(
      Object.keys(secret.stringData)
        .map((key) => `--from-file=${key}`)
        .join(' '),
    );
  });

  it('selects the pods by labels they have', () => {
    const { labels } = podMetadata;
    expect(spec.selector.matchLabels).toEqual(labels);
    expect(find('Service').spec.selector).toEqual(labels);
    expect(find('PodDisruptionBudget').spec.selector.matchLabels).toEqual(labels);
    expect(find('NetworkPolicy').spec.podSelector.matchLabels).toEqual(labels);
    for (const { labelSelector } of pod.topologySpreadConstraints) {
      expect(labelSelector.matchLabels).toEqual(labels);
    }
  });

  it('believes and lets in small networks only: the router and the ingress, not every pod', () => {
    expect(settings.trustedProxies).toHaveLength(2);
    expect(settings.trustedProxies.filter(isWide)).toEqual([]);
    const [fromRouter, fromPrometheus] = find('NetworkPolicy').spec.ingress.map(
      ({ from }: { from: Record<string, unknown>[] }) => from.map((peer) => Object.keys(peer)),
    );
    expect(fromRouter).toEqual([['namespaceSelector', 'podSelector']]);
    expect(fromPrometheus).toEqual([['namespaceSelector']]);
  });

  it.each([
    ['10.0.0.0/8', true],
    ['192.0.2.0/23', true],
    ['192.0.2.0/24', false],
    ['192.0.2.1', false],
    ['2001:db8::/63', true],
    ['2001:db8::/64', false],
    ['2001:db8::1', false],
  ])('would notice a wide network: %s, %s', (network, told) => {
    expect(isWide(network)).toBe(told);
  });

  it('speaks of the port the gateway listens on, by its name', () => {
    expect(container.ports).toEqual([
      { name: 'http', containerPort: settings.port },
      { name: 'metrics', containerPort: settings.metricsPort },
    ]);
    expect(find('Service').spec.ports).toEqual([
      { name: 'http', port: settings.port, targetPort: 'http', appProtocol: 'http' },
    ]);
    expect(find('NetworkPolicy').spec.ingress.map(({ ports }: { ports: object }) => ports)).toEqual(
      [[{ protocol: 'TCP', port: 'http' }], [{ protocol: 'TCP', port: 'metrics' }]],
    );
  });

  it('shows Prometheus the way to the metrics, which the Service does not have', async () => {
    expect(podMetadata.annotations).toEqual({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': String(settings.metricsPort),
      'prometheus.io/path': '/metrics',
    });
    const [scrape] = readYaml('prometheus', 'prometheus.kubernetes.yaml').scrape_configs;
    expect(scrape.kubernetes_sd_configs).toEqual([
      { role: 'pod', namespaces: { names: [find('Namespace').metadata.name] } },
    ]);
    expect(scrape.relabel_configs).toContainEqual({
      source_labels: ['__meta_kubernetes_pod_container_port_name'],
      regex: container.ports[1].name,
      action: 'keep',
    });
    const { metricsUrl } = await startGateway({ METRICS_PORT: '0' });
    expect(new URL(metricsUrl ?? '').pathname).toBe('/metrics');
    expect((await fetch(metricsUrl ?? '')).status).toBe(200);
  });

  it('mounts secrets so that a new API key gets in while the gateway runs', () => {
    expect(container.volumeMounts).toEqual([
      { name: mount.name, mountPath: '/run/secrets/dv-email-gateway', readOnly: true },
    ]);
    expect(settings.upstream).toMatchObject({
      apiKeyFile: expect.stringMatching(/\/digicert-api-key$/),
    });
  });

  it('probes paths that the gateway answers', async () => {
    const { url } = await startGateway();
    for (const probe of [container.livenessProbe, container.readinessProbe]) {
      const { path, port } = probe.httpGet;
      expect(port).toBe('http');
      expect((await fetch(new URL(path, url))).status).toBe(200);
    }
    expect(container.livenessProbe.httpGet.path).toBe('/livez');
    expect(container.readinessProbe.httpGet.path).toBe('/readyz');
  });

  it('waits for answers before it kills', () => {
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(toStopSeconds(settings));
    // For as long as a pod is found not to be ready by those who do not hear of its end.
    expect(settings.shutdown.delayMs).toBeGreaterThanOrEqual(
      1_000 * container.readinessProbe.periodSeconds,
    );
    expect(container).not.toHaveProperty('lifecycle');
  });

  it('keeps the budget, the autoscaler and the fallback share in step', () => {
    const { minAvailable } = find('PodDisruptionBudget').spec;
    const { scaleTargetRef, minReplicas, maxReplicas } = find('HorizontalPodAutoscaler').spec;
    const { kind, apiVersion } = find('Deployment');
    expect(scaleTargetRef).toEqual({ kind, apiVersion, name: metadata.name });
    expect(spec.replicas).toBe(minReplicas);
    expect(minReplicas).toBeGreaterThanOrEqual(minAvailable + 1);
    expect(spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
    const mostPods = maxReplicas + spec.strategy.rollingUpdate.maxSurge;
    expect(mostPods * (settings.limits.redis?.fallbackPercent ?? 100)).toBeLessThanOrEqual(100);
  });

  it('gives the gateway no right it does not need', () => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.resources).toEqual({
      requests: { cpu: expect.any(String), memory: expect.any(String) },
      limits: { cpu: expect.any(String), memory: expect.any(String) },
    });
  });

  it('lets the gateway talk to names, Redis, the collector and HTTPS, and nothing else', () => {
    const { policyTypes, egress } = find('NetworkPolicy').spec;
    expect(policyTypes).toEqual(['Ingress', 'Egress']);
    expect(
      egress.map(({ ports }: { ports: { port: number }[] }) => ports.map(({ port }) => port)),
    ).toEqual([[53, 53], [6379], [4318], [443]]);
    const collector = new URL(environment.OTEL_EXPORTER_OTLP_ENDPOINT ?? '');
    expect(collector.port).toBe('4318');
    expect(collector.hostname.split('.')[1]).toBe(
      egress[2].to[0].namespaceSelector.matchLabels['kubernetes.io/metadata.name'],
    );
  });
});
