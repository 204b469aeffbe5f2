// Alerts and dashboard ask for nothing that the gateways do not export, and show all that they do.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { VARIABLES } from '../../src/settings/environment-variables';
import { PREFIX } from '../../src/telemetry/metrics/instruments';
import {
  type ExportedMetrics,
  findProblems,
  labelsOf,
  readExported,
  readQuery,
} from '../support/promql';

const DEPLOY = join(__dirname, '..', '..', 'deploy');

const read = (...path: string[]) => readFileSync(join(DEPLOY, ...path), 'utf8');
const readYaml = (...path: string[]) => parse(read(...path), { strict: true });

let exported: ExportedMetrics;
beforeAll(async () => {
  exported = await readExported();
});

describe('the check of a query', () => {
  it.each([
    ['sum(rate(dv_email_gateway_resends_total[5m])', ['syntax error at 44 of ']],
    ['dv_email_gateway_resents_total', ['no metric dv_email_gateway_resents_total']],
    ['dv_email_gateway_resend_duration_seconds', ['no metric dv_email_gateway_resend_duration_']],
    ['dv_email_gateway_redis_up{detail="x"}', ['no label detail of dv_email_gateway_redis_up']],
    ['dv_email_gateway_resends_total{detail="LOST"}', ['no value LOST of detail of dv_email_']],
    ['dv_email_gateway_resends_total{outcome=~"accepted|sent"}', ['no value sent of outcome of']],
    ['sum by (reason) (dv_email_gateway_resends_total)', ['no label reason to group by']],
    [
      'dv_email_gateway_redis_up and on (outcome) dv_email_gateway_redis_up',
      ['no label outcome to group by'],
    ],
    [
      'dv_email_gateway_digicert_request_duration_seconds_count{status="2xx"}',
      ['no value 2xx of status of'],
    ],
  ])('sees what is wrong with %s', (query, problems) => {
    expect(findProblems(query, exported.series)).toEqual(
      problems.map((problem) => expect.stringContaining(problem)),
    );
  });

  it('lets a good one pass', () => {
    const query =
      'sum by (job, le) (rate(dv_email_gateway_digicert_request_duration_seconds_bucket{method="PUT", status="503"}[5m]))';
    expect(findProblems(query, exported.series)).toEqual([]);
  });
});

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

describe('deploy/prometheus', () => {
  const { groups } = readYaml('prometheus', 'alerts.yaml') as { groups: { rules: Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);

  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s asks for what is exported',
    (_name, { expr }) => {
      expect(findProblems(expr, exported.series)).toEqual([]);
    },
  );

  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s says how bad it is, what happened and what to do',
    (name, { expr, labels, annotations, ...rest }) => {
      expect(name).toMatch(/^DvEmailGateway[A-Z]\w+$/);
      expect(Object.keys(rest).filter((key) => !['alert', 'for'].includes(key))).toEqual([]);
      expect(labels).toEqual({ severity: expect.stringMatching(/^(?:critical|warning|info)$/) });
      expect(Object.keys(annotations)).toEqual(['summary', 'description']);
      const text = Object.values(annotations).join(' ');
      const shown = [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label);
      expect(labelsOf(expr, exported.series)).toEqual(expect.arrayContaining(shown));
    },
  );

  it('has each alert once', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  it('names settings and reasons that there are', () => {
    const text = rules.flatMap(({ annotations }) => Object.values(annotations)).join(' ');
    const details = exported.series.get(`${PREFIX}resends_total`)?.get('detail') ?? [];
    const known = [...Object.keys(VARIABLES), ...details];
    const named = text.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? [];
    expect(named).toContain('DIGICERT_BASE_URL');
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it.each(['prometheus.kubernetes.yaml', 'prometheus.compose.yaml'])(
    '%s scrapes under the name that the alerts use, and loads them',
    (file) => {
      const { scrape_configs: scrapes, rule_files: files } = readYaml('prometheus', file);
      const jobs = new Set(
        rules.flatMap(({ expr }) =>
          readQuery(expr).selectors.flatMap(({ matchers }) =>
            matchers.filter(({ label }) => label === 'job').map(({ value }) => value),
          ),
        ),
      );
      expect(scrapes.map((scrape: { job_name: string }) => scrape.job_name)).toEqual([...jobs]);
      for (const name of files) {
        expect([name, existsSync(join(DEPLOY, 'prometheus', name))]).toEqual([name, true]);
      }
    },
  );
});

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: object;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly legendFormat: string;
    readonly datasource: object;
  }[];
}

describe('deploy/grafana/dashboard.json', () => {
  const dashboard = JSON.parse(read('grafana', 'dashboard.json')) as {
    readonly __inputs: readonly { name: string; type: string; pluginId: string }[];
    readonly uid: string;
    readonly schemaVersion: number;
    readonly panels: readonly Panel[];
    readonly templating: {
      readonly list: readonly {
        name: string;
        type: string;
        definition?: string;
        query: unknown;
        current?: { value?: string };
      }[];
    };
  };
  const { panels, templating } = dashboard;
  const charts = panels.filter(({ type }) => type !== 'row');
  const targets = charts.flatMap((panel) =>
    (panel.targets ?? []).map((target) => ({ panel, ...target })),
  );
  /** As Grafana asks: with its variables filled in. */
  const fillIn = (expr: string) => expr.replaceAll('$__rate_interval', '1m');

  it.each(targets.map(({ panel, refId, expr }) => [`${panel.title} ${refId}`, expr] as const))(
    '%s asks for what is exported',
    (_name, expr) => {
      expect(findProblems(fillIn(expr), exported.series)).toEqual([]);
    },
  );

  it('shows every metric of ours', () => {
    const asked = new Set(
      targets.flatMap(({ expr }) => readQuery(fillIn(expr)).selectors.map(({ name }) => name)),
    );
    const ours = exported.metrics.filter(({ name }) => name.startsWith(PREFIX));
    expect(ours.length).toBeGreaterThan(10);
    const missing = ours.filter(({ name, type }) =>
      type === 'histogram' ? !asked.has(`${name}_bucket`) : !asked.has(name),
    );
    expect(missing).toEqual([]);
  });

  it('asks of the chosen job and instances alone, and shows labels that there are', () => {
    for (const { expr, legendFormat, panel } of targets) {
      for (const { matchers } of readQuery(fillIn(expr)).selectors) {
        expect(matchers.slice(0, 2)).toEqual([
          { label: 'job', operator: '=', value: '$job' },
          { label: 'instance', operator: '=~', value: '$instance' },
        ]);
      }
      const shown = [...legendFormat.matchAll(/{{(\w+)}}/g)].map(([, label]) => label);
      expect([panel.title, labelsOf(fillIn(expr), exported.series)]).toEqual([
        panel.title,
        expect.arrayContaining(shown),
      ]);
    }
  });

  it('asks for its data source when it is imported, and begins with that', () => {
    expect(dashboard.__inputs).toMatchObject([
      { name: 'DS_PROMETHEUS', type: 'datasource', pluginId: 'prometheus' },
    ]);
    const [datasource] = templating.list;
    expect(datasource).toMatchObject({ query: 'prometheus' });
    expect(datasource?.current).toMatchObject({ value: `\${DS_PROMETHEUS}` });
    expect(read('..', 'docs', 'operations.md')).toContain('it asks for the data source');
  });

  it('can be imported: variables that are defined', () => {
    expect(dashboard).toMatchObject({ uid: 'dv-email-gateway', schemaVersion: 39 });
    expect(templating.list.map(({ name, type }) => [name, type])).toEqual([
      ['datasource', 'datasource'],
      ['job', 'query'],
      ['instance', 'query'],
    ]);
    for (const { definition = '' } of templating.list.slice(1)) {
      const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(definition) ?? [];
      expect(findProblems(selector, exported.series)).toEqual([]);
      expect(labelsOf(selector, exported.series)).toContain(label);
    }
    const text = JSON.stringify(dashboard);
    const used = [...text.matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name);
    const defined = [...templating.list, ...dashboard.__inputs].map(({ name }) => name);
    expect(used.filter((name) => !name.startsWith('__') && !defined.includes(name))).toEqual([]);
    for (const { datasource } of [...charts, ...targets]) {
      expect(datasource).toEqual({ type: 'prometheus', uid: `\${datasource}` });
    }
  });

  it('has its panels side by side, each with a title, words and queries of its own', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of panels) {
      const { x, y, w, h } = gridPos;
      expect([title, x + w <= 24]).toEqual([title, true]);
      for (let column = x; column < x + w; column += 1) {
        for (let line = y; line < y + h; line += 1) {
          expect([title, taken.has(`${column},${line}`)]).toEqual([title, false]);
          taken.add(`${column},${line}`);
        }
      }
    }
    for (const { title, description, targets: own = [] } of charts) {
      expect([title, description]).toEqual([title, expect.stringMatching(/^[A-Z].*\.$/)]);
      expect(own.length).toBeGreaterThan(0);
      expect(new Set(own.map(({ refId }) => refId)).size).toBe(own.length);
    }
  });
});
