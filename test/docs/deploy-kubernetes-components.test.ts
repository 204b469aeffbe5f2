// The components of deploy/kubernetes: Redis with the real one, metrics and traces beside the gateway that they are for.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { closeLater } from '../support/close-later';
import { folder, readYaml } from '../support/deploy';
import {
  describeWithKubectl,
  find,
  GATEWAY,
  type Manifest,
  render,
  validate,
} from '../support/kubernetes';
import { startGateway } from '../support/program';
import { describeWithRedis, startRedis } from '../support/redis';

const decode = (text: string) => Buffer.from(text, 'base64').toString();

/** Where the gateway's container gives its probes and its metrics. */
const pathsOf = ({ spec }: Manifest) => {
  const { livenessProbe, readinessProbe } = spec.template.spec.containers[0];
  return [livenessProbe, readinessProbe].map(({ httpGet }) => [httpGet.port, httpGet.path]);
};

describeWithKubectl('deploy/kubernetes', () => {
  let objects: readonly Manifest[] = [];
  let traced: readonly Manifest[] = [];
  beforeAll(() => {
    objects = render('with-redis', ['service-monitor']);
    traced = render('own-redis', ['tracing']);
  });

  it('would notice a misspelt field and a wrong value: the check can fail', () => {
    const { kind, apiVersion, spec } = find(objects, 'Deployment');
    const { selector } = spec;
    expect(validate({ kind, apiVersion, spec: { ...spec, minReadySecond: 5 } } as never)).toEqual([
      '/spec/minReadySecond',
    ]);
    expect(() =>
      validate({ kind, apiVersion, spec: { replicas: '3', selector, template: {} } } as never),
    ).toThrow('replicas');
    const monitor = find(objects, 'ServiceMonitor');
    expect(() => validate({ ...monitor, spec: { ...monitor.spec, endpoints: 'metrics' } })).toThrow(
      'endpoints',
    );
  });

  it('probes paths that the gateway answers', async () => {
    const { url } = await startGateway();
    const paths = pathsOf(find(objects, 'Deployment'));

    expect(paths).toEqual([
      ['http', '/livez'],
      ['http', '/readyz'],
    ]);
    for (const [, path] of paths) {
      expect((await fetch(new URL(path, url))).status).toBe(200);
    }
  });

  it('shows Prometheus the way to the metrics, which what the router calls does not have', async () => {
    const { metadata, spec } = find(objects, 'Deployment').spec.template;
    const [{ name: portName, containerPort }] = spec.containers[0].ports.slice(1);
    expect(metadata.annotations).toEqual({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': String(containerPort),
      'prometheus.io/path': '/metrics',
    });
    const [scrape] = readYaml('prometheus', 'prometheus.kubernetes.yaml').scrape_configs;
    expect(scrape.kubernetes_sd_configs).toEqual([
      { role: 'pod', namespaces: { names: [find(objects, 'Namespace').metadata.name] } },
    ]);
    expect(scrape.relabel_configs).toContainEqual({
      source_labels: ['__meta_kubernetes_pod_container_port_name'],
      regex: portName,
      action: 'keep',
    });
    const { metricsUrl } = await startGateway({ METRICS_PORT: '0' });
    expect((await fetch(metricsUrl ?? '')).status).toBe(200);
  });

  it('has a ServiceMonitor for one Service, whose port is that of the metrics, under the name of the alerts', () => {
    const { selector, endpoints, jobLabel } = find(objects, 'ServiceMonitor').spec;
    const watched = objects.filter(
      ({ kind, metadata: { labels } }) =>
        kind === 'Service' &&
        Object.entries(selector.matchLabels).every(([key, value]) => labels[key] === value),
    );
    expect(watched.map(({ metadata }) => metadata.name)).toEqual([`${GATEWAY}-metrics`]);
    const [{ metadata, spec }] = watched;
    const pod = find(objects, 'Deployment').spec.template;
    expect(spec.selector).toEqual(pod.metadata.labels);
    const { name, containerPort } = pod.spec.containers[0].ports[1];
    expect(spec.ports).toEqual([{ name, port: containerPort, targetPort: name }]);
    expect(endpoints).toMatchObject([{ port: name, path: '/metrics' }]);
    const [scrape] = readYaml('prometheus', 'prometheus.kubernetes.yaml').scrape_configs;
    expect(metadata.labels[jobLabel]).toBe(scrape.job_name);
  });

  it('traces once it is asked to, and lets the spans out to the collector', () => {
    const variable = { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: expect.any(String) };
    const envOf = (all: readonly Manifest[]) =>
      find(all, 'Deployment').spec.template.spec.containers[0].env;
    expect(envOf(objects)).not.toContainEqual(variable);
    expect(envOf(traced)).toContainEqual(variable);
    const { hostname, port } = new URL(
      envOf(traced).find(({ name }: { name: string }) => name === variable.name).value,
    );
    expect(find(traced, 'NetworkPolicy').spec.egress.at(-1)).toEqual({
      to: [
        {
          namespaceSelector: {
            matchLabels: { 'kubernetes.io/metadata.name': hostname.split('.')[1] },
          },
        },
      ],
      ports: [{ protocol: 'TCP', port: Number(port) }],
    });
  });

  it('lets the gateways to Redis, and nothing else', () => {
    const { labels } = find(objects, 'Deployment', 'redis').spec.template.metadata;
    expect(find(objects, 'Service', 'redis').spec.selector).toEqual(labels);
    expect(find(objects, 'NetworkPolicy').spec.egress.at(-1).to).toEqual([
      { podSelector: { matchLabels: labels } },
    ]);
    expect(find(objects, 'NetworkPolicy', 'redis').spec).toEqual({
      podSelector: { matchLabels: labels },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [
            { podSelector: { matchLabels: find(objects, 'Deployment').spec.selector.matchLabels } },
          ],
          ports: [{ protocol: 'TCP', port: 'redis' }],
        },
      ],
    });
  });

  describeWithRedis('with the real Redis', () => {
    it('starts it with its arguments, and the URL of the gateways is that of its Service', async () => {
      const [container] = find(objects, 'Deployment', 'redis').spec.template.spec.containers;
      const [file, ...args] = container.args as string[];
      const { data } = find(objects, 'Secret', 'redis');
      const secrets = join(folder, 'redis-secret');
      mkdirSync(secrets);
      writeFileSync(join(secrets, 'redis.conf'), decode(data['redis.conf']));
      const path = String(file).replace('/run/secrets/redis', secrets);
      const server = await startRedis(['--include', path, ...args]);

      const url = new URL(decode(find(objects, 'Secret').data['redis-url']).trim());
      expect(url.hostname).toBe(find(objects, 'Service', 'redis').metadata.name);
      url.host = new URL(server.url).host;
      const redis = new Redis(url.href);
      closeLater(() => redis.disconnect());
      expect(await redis.config('GET', 'maxmemory*')).toEqual(
        expect.arrayContaining([
          'maxmemory-policy',
          'noeviction',
          'maxmemory',
          String(128 * 2 ** 20),
        ]),
      );
    });
  });
});
