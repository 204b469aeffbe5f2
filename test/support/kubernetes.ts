// deploy/kubernetes as `kubectl apply --kustomize` would send it, and what Kubernetes' schemas say of it.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { folder, KUBERNETES, makeSecrets } from './deploy';
import { describeWhere } from './describe-where';

export const OVERLAYS = ['with-redis', 'own-redis'] as const;

export type Overlay = (typeof OVERLAYS)[number];

/** Whose kustomize knows components, from version 5 on. */
const { stdout: version = '' } = spawnSync('kubectl', ['version', '--client'], {
  encoding: 'utf8',
});

/** A package of its own: nothing else needs its 35 MB. */
const SCHEMAS = join(__dirname, 'kubernetes-schemas');

function findMissing(): string | undefined {
  if (!/Kustomize Version: v[5-9]\./.test(version ?? '')) {
    return 'there is no kubectl with kustomize 5';
  }
  return existsSync(join(SCHEMAS, 'node_modules'))
    ? undefined
    : 'run `npm ci --prefix test/support/kubernetes-schemas` first';
}

export const describeWithKubectl = describeWhere(
  'of the manifests',
  findMissing(),
  'REQUIRE_KUBECTL',
);

// biome-ignore lint/suspicious/noExplicitAny: any kind of object, which its schema checks.
export type Manifest = any;

/** The objects of an overlay with more components, each with the secrets that the script makes for it. */
export function render(overlay: Overlay, components: readonly string[] = []): readonly Manifest[] {
  const copy = join(folder, 'kubernetes-copy');
  // Not the secrets of the machine it runs on.
  const filter = (source: string) => !/\/secrets\/\w/.test(source);
  cpSync(KUBERNETES, copy, { recursive: true, filter });
  makeSecrets(`kubernetes-copy/overlays/${overlay}/secrets`);
  const rendered = join(copy, 'overlays', 'rendered');
  mkdirSync(rendered, { recursive: true });
  const kustomization = {
    resources: [`../${overlay}`],
    components: components.map((name) => `../../components/${name}`),
  };
  // JSON is YAML.
  writeFileSync(join(rendered, 'kustomization.yaml'), JSON.stringify(kustomization));
  const text = execFileSync('kubectl', ['kustomize', rendered], { encoding: 'utf8' });
  return parseAllDocuments(text).map((document) => {
    const object = document.toJS();
    for (const [key, value] of Object.entries<string>(
      (object.kind === 'Secret' && object.data) || {},
    )) {
      // Kustomize breaks lines of base64; Kubernetes ignores that, its schema does not.
      object.data[key] = value.replaceAll('\n', '');
    }
    return object;
  });
}

export const GATEWAY = 'dv-email-gateway';

export function find(objects: readonly Manifest[], kind: string, name = GATEWAY): Manifest {
  const found = objects.filter((one) => one.kind === kind && one.metadata.name === name);
  expect(found).toHaveLength(1);
  return found[0];
}

/** The secrets of an overlay, once it has been rendered. */
export const secretsOf = (overlay: Overlay) =>
  join(folder, 'kubernetes-copy', 'overlays', overlay, 'secrets');

/** Where each kind is, with the validator made from its schema. */
const MODULES: Readonly<Record<string, string>> = {
  Deployment: 'kubernetes-models/apps/v1/Deployment',
  HorizontalPodAutoscaler: 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler',
  Namespace: 'kubernetes-models/v1/Namespace',
  NetworkPolicy: 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy',
  PodDisruptionBudget: 'kubernetes-models/policy/v1/PodDisruptionBudget',
  Secret: 'kubernetes-models/v1/Secret',
  Service: 'kubernetes-models/v1/Service',
  ServiceMonitor: '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor',
};

const requireSchema = createRequire(join(SCHEMAS, 'package.json'));

/**
 * A copy that records which of its fields are never read. Kubernetes' schemas let unknown fields pass; a field
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
export function validate(object: { readonly kind: string }): string[] {
  const unread = new Set<string>();
  const module = MODULES[object.kind];
  if (!module) {
    throw new Error(`No schema for ${object.kind}.`);
  }
  const { prototype } = requireSchema(module)[object.kind];
  prototype.validate.call(watchReads(object, '', unread));
  return [...unread];
}
