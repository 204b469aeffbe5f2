// deploy/kubernetes is read as Kubernetes would, once kubectl's kustomize has rendered it, and by the gateway.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../package.json';
import type { Settings } from '../../src/settings/settings';
import {
  type Environment,
  expectKnown,
  PINNED,
  parseWithSecrets,
  read,
  readYaml,
  toStopSeconds,
} from '../support/deploy';
import {
  describeWithKubectl,
  find,
  GATEWAY,
  type Manifest,
  OVERLAYS,
  type Overlay,
  render,
  secretsOf,
  validate,
} from '../support/kubernetes';

const COMPONENTS = ['service-monitor', 'tracing'];

/** What the image sets. */
const IMAGE = { NODE_ENV: 'production', HOST: '::' };

const portsOf = (rules: readonly { ports: { port: number | string }[] }[]) =>
  rules.map(({ ports }) => ports.map(({ port }) => port));

/** An object of an overlay that is rendered once. */
function rendered(overlay: Overlay, components: readonly string[] = []) {
  let objects: readonly Manifest[] = [];
  beforeAll(() => {
    objects = render(overlay, components);
  });
  return {
    objects: () => objects,
    find: (kind: string, name?: string) => find(objects, kind, name),
    pod: () => find(objects, 'Deployment').spec.template.spec,
    environment: (): Environment =>
      Object.fromEntries(
        find(objects, 'Deployment').spec.template.spec.containers[0].env.map(
          ({ name: key, value }: { name: string; value: string }) => [key, value],
        ),
      ),
  };
}

describeWithKubectl('deploy/kubernetes', () => {
  describe.each(OVERLAYS)('overlays/%s', (overlay) => {
    const plain = rendered(overlay);
    const { find: one, pod, environment } = plain;
    let settings: Settings;
    beforeAll(() => {
      const mountPath = pod().containers[0].volumeMounts[0].mountPath;
      settings = parseWithSecrets({ ...IMAGE, ...environment() }, mountPath, secretsOf(overlay));
    });

    it.each([
      ['as it is', []],
      ['with all components', COMPONENTS],
    ])('fits the schemas of Kubernetes, without unknown fields, %s', (_name, components) => {
      const objects = render(overlay, components);

      expect(objects.length).toBeGreaterThan(6);
      for (const object of objects) {
        expect([object.kind, object.metadata.name, validate(object)]).toEqual([
          object.kind,
          object.metadata.name,
          [],
        ]);
      }
    });

    it('is all that there is, in one namespace', () => {
      const objects = plain.objects().filter(({ kind }) => kind !== 'Namespace');
      expect(new Set(objects.map(({ metadata }) => metadata.namespace))).toEqual(
        new Set([one('Namespace').metadata.name]),
      );
      const { containers } = pod();
      expect(containers[0].image).toBe(`registry.example.com/${GATEWAY}:${version}`);
      for (const { spec } of objects.filter(({ kind }) => kind === 'Deployment')) {
        expect(spec.template.spec.containers[0].image).toMatch(PINNED);
        for (const { secret } of spec.template.spec.volumes.filter(
          ({ secret: of }: Manifest) => of,
        )) {
          expect(one('Secret', secret.secretName).type).toBe('Opaque');
        }
      }
    });

    it('has every file of base and components in it, and a step for each', () => {
      for (const folder of ['base', ...COMPONENTS.map((name) => join('components', name))]) {
        const { resources = [] } = readYaml('kubernetes', folder, 'kustomization.yaml');
        expect([...resources, 'kustomization.yaml'].sort()).toEqual(
          readdirSync(join(__dirname, '..', '..', 'deploy', 'kubernetes', folder)).sort(),
        );
      }
      for (const component of COMPONENTS) {
        expect(read('kubernetes', 'overlays', overlay, 'kustomization.yaml')).toMatch(
          new RegExp(`^ *# +- ../../components/${component}$`, 'm'),
        );
      }
    });

    it('gives the gateway settings that it takes', () => {
      expectKnown(environment());
      expect(settings).toMatchObject({ upstream: { kind: 'digicert' }, tracing: false });
      expect(settings.auth.routerSecrets).toHaveLength(1);
      expect(settings.limits.redis?.target).toMatchObject({ kind: 'single', database: 0 });
    });

    it('takes each secret from a key that the secret has', () => {
      const { containers, volumes } = pod();
      const [mount] = containers[0].volumeMounts;
      const { data, metadata } = one('Secret');
      const fileNames = Object.entries(environment())
        .filter(([name]) => name.endsWith('_FILE'))
        .map(([, path]) => path.replace(`${mount.mountPath}/`, ''));
      expect(fileNames.sort()).toEqual(Object.keys(data).sort());
      // So that a new API key gets in while the gateway runs: no `subPath`, and a name that stays.
      expect(mount).toEqual({
        name: mount.name,
        mountPath: '/run/secrets/dv-email-gateway',
        readOnly: true,
      });
      expect(volumes).toEqual([
        { name: mount.name, secret: { secretName: metadata.name, defaultMode: 0o440 } },
      ]);
      expect(metadata.name).toBe(GATEWAY);
      expect(settings.upstream).toMatchObject({
        apiKeyFile: expect.stringMatching(/\/digicert-api-key$/),
      });
    });

    it('selects the pods by labels they have', () => {
      const { spec } = one('Deployment');
      const { labels } = spec.template.metadata;
      expect(spec.selector.matchLabels).toEqual(labels);
      expect(one('Service').spec.selector).toEqual(labels);
      expect(one('PodDisruptionBudget').spec.selector.matchLabels).toEqual(labels);
      expect(one('NetworkPolicy').spec.podSelector.matchLabels).toEqual(labels);
      for (const { labelSelector } of pod().topologySpreadConstraints) {
        expect(labelSelector.matchLabels).toEqual(labels);
      }
    });

    it('speaks of the port the gateway listens on, by its name', () => {
      expect(pod().containers[0].ports).toEqual([
        { name: 'http', containerPort: settings.port },
        { name: 'metrics', containerPort: settings.metricsPort },
      ]);
      expect(one('Service').spec.ports).toEqual([
        { name: 'http', port: settings.port, targetPort: 'http', appProtocol: 'http' },
      ]);
    });

    it('waits for answers before it kills', () => {
      const { terminationGracePeriodSeconds, containers } = pod();
      expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(toStopSeconds(settings));
      // For as long as a pod is found not to be ready by routers that are not notified of its end.
      expect(settings.shutdown.delayMs).toBeGreaterThanOrEqual(
        1_000 * containers[0].readinessProbe.periodSeconds,
      );
      expect(containers[0]).not.toHaveProperty('lifecycle');
    });

    it('keeps the budget, the autoscaler and the fallback share in step', () => {
      const { minAvailable } = one('PodDisruptionBudget').spec;
      const { scaleTargetRef, minReplicas, maxReplicas } = one('HorizontalPodAutoscaler').spec;
      const { kind, apiVersion, metadata, spec } = one('Deployment');
      expect(scaleTargetRef).toEqual({ kind, apiVersion, name: metadata.name });
      expect(spec.replicas).toBe(minReplicas);
      expect(minReplicas).toBeGreaterThanOrEqual(minAvailable + 1);
      expect(spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
      const mostPods = maxReplicas + spec.strategy.rollingUpdate.maxSurge;
      expect(mostPods * (settings.limits.redis?.fallbackPercent ?? 100)).toBeLessThanOrEqual(100);
    });

    it('gives no pod a right it does not need', () => {
      for (const { spec } of plain.objects().filter(({ kind }) => kind === 'Deployment')) {
        const { containers, ...of } = spec.template.spec;
        expect(of).toMatchObject({
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: expect.any(Number),
            seccompProfile: { type: 'RuntimeDefault' },
          },
        });
        expect(containers[0].securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(containers[0].resources).toEqual({
          requests: { cpu: expect.any(String), memory: expect.any(String) },
          limits: { cpu: expect.any(String), memory: expect.any(String) },
        });
      }
    });

    it('trusts and allows few: the router and the ingress, not every pod; and out to names, HTTPS and Redis', () => {
      expect(settings.trustedProxies).toEqual(['192.0.2.0/28', '198.51.100.0/28']);
      const { policyTypes, ingress, egress } = one('NetworkPolicy').spec;
      expect(policyTypes).toEqual(['Ingress', 'Egress']);
      expect(
        ingress.map(({ from }: { from: object[] }) => from.map((peer) => Object.keys(peer).sort())),
      ).toEqual([[['namespaceSelector', 'podSelector']], [['namespaceSelector']]]);
      expect(portsOf(ingress)).toEqual([['http'], ['metrics']]);
      expect(portsOf(egress)).toEqual([[53, 53], [443], [6379]]);
    });
  });
});
