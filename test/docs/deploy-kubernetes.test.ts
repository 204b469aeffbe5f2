// deploy/kubernetes is read as Kubernetes would, and by the gateway.
import { readdirSync } from 'node:fs';
import { isIP } from 'node:net';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import { parse } from 'yaml';
import { version } from '../../package.json';
import {
  type Environment,
  expectKnown,
  KUBERNETES,
  makeSecrets,
  PINNED,
  parseWithSecrets,
  read,
  readYaml,
  toStopSeconds,
} from '../support/deploy';
import { startGateway } from '../support/program';

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
    'has a %s that fits its schema, without unknown fields',
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

  it('trusts and accepts small networks only: the router and the ingress, not every pod', () => {
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
    // For as long as a pod is found not to be ready by routers that are not notified of its end.
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
