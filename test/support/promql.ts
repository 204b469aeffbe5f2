// PromQL, read by Prometheus' own grammar (that of its web page) and held against what the gateway exports.
import { parser } from '@prometheus-io/lezer-promql';
import type { RollingWindow } from '../../src/domain/rolling-window';
import { createMetrics } from '../../src/telemetry/metrics/metrics';

type SyntaxNode = ReturnType<typeof parser.parse>['topNode'];

/** Labels of each series, by its name, with the values they may have. */
export type Exported = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

export interface ExportedMetrics {
  /** As they are declared. */
  readonly metrics: readonly { name: string; type: string; labels: readonly string[] }[];
  /** As they are queried: a histogram has `_bucket`, `_sum` and `_count`. */
  readonly series: Exported;
}

/** Labels that Prometheus puts on everything it scrapes. */
export const TARGET_LABELS = ['job', 'instance'];

/** Where any value will do: DigiCert's statuses are an open set. */
const OPEN_LABELS: Readonly<Record<string, RegExp>> = { status: /^(?:\d{3}|none)$/ };

const WINDOW: RollingWindow = { limit: 1_000, windowMs: 180_000 };

/** Everything the code exports, once every series has a value. */
export async function readExported(): Promise<ExportedMetrics> {
  const { registry, observeUpstream, watch } = createMetrics();
  watch({
    isLogRead: () => true,
    digicert: { breakerState: 'closed', inFlight: 0 },
    quotaWindows: [WINDOW],
    limits: {
      usage: async () => [{ window: WINDOW, used: 0 }],
      counted: () => ({ limits: 'redis', redis: 'up' }),
    },
  });
  for (const method of ['GET', 'PUT']) {
    observeUpstream({ kind: 'exchanged', method, result: { status: 204 }, durationMs: 1 });
  }
  // `up` is Prometheus' own: whether a target answered.
  const series = new Map<string, Map<string, Set<string>>>([['up', new Map()]]);
  const metrics = [];
  for (const { name, type, values } of await registry.getMetricsAsJSON()) {
    const labelNames = new Set<string>();
    for (const { labels, ...value } of values) {
      const seriesName = 'metricName' in value ? String(value.metricName) : name;
      const known = series.get(seriesName) ?? new Map<string, Set<string>>();
      series.set(seriesName, known);
      for (const [label, labelValue] of Object.entries(labels)) {
        known.set(label, (known.get(label) ?? new Set()).add(String(labelValue)));
        labelNames.add(label);
      }
    }
    // Prometheus makes the buckets of it.
    labelNames.delete('le');
    metrics.push({ name, type: String(type), labels: [...labelNames] });
  }
  return { metrics, series };
}

export interface Query {
  readonly syntaxErrors: readonly string[];
  readonly selectors: readonly Selector[];
  /** Labels that are grouped, joined or ignored by, with the series they are looked for in. */
  readonly groupings: readonly { readonly label: string; readonly among: readonly Selector[] }[];
}

export interface Selector {
  readonly name: string;
  readonly matchers: readonly {
    readonly label: string;
    readonly operator: string;
    readonly value: string;
  }[];
}

export function readQuery(text: string): Query {
  const textOf = ({ from, to }: { from: number; to: number }) => text.slice(from, to);
  const top = parser.parse(text).topNode;
  const nodes = (name: string, within: SyntaxNode = top) => {
    const found: SyntaxNode[] = [];
    within.cursor().iterate((node) => {
      if (node.name === name || (name === 'error' && node.type.isError)) {
        found.push(node.node);
      }
    });
    return found;
  };
  const child = (node: SyntaxNode, name: string) => {
    const found = node.getChild(name);
    return found ? textOf(found) : '';
  };
  const selectorsIn = (within: SyntaxNode) =>
    nodes('VectorSelector', within).map((selector) => ({
      name: child(selector, 'Identifier'),
      matchers: nodes('UnquotedLabelMatcher', selector).map((matcher) => ({
        label: child(matcher, 'LabelName'),
        operator: child(matcher, 'MatchOp'),
        value: child(matcher, 'StringLiteral').slice(1, -1),
      })),
    }));
  return {
    syntaxErrors: nodes('error').map(
      (node) => `syntax error at ${node.from} of ${JSON.stringify(text)}`,
    ),
    selectors: selectorsIn(top),
    groupings: nodes('GroupingLabels').flatMap((grouping) => {
      let holder: SyntaxNode = grouping;
      while (holder.parent && !/^(?:AggregateExpr|BinaryExpr)$/.test(holder.name)) {
        holder = holder.parent;
      }
      const among = selectorsIn(holder);
      return nodes('LabelName', grouping).map((label) => ({ label: textOf(label), among }));
    }),
  };
}

/** What is queried and is not exported, one sentence each. */
export function findProblems(text: string, exported: Exported): string[] {
  const { syntaxErrors, selectors, groupings } = readQuery(text);
  const problems = [...syntaxErrors];
  const hasLabel = (name: string, label: string) =>
    TARGET_LABELS.includes(label) || exported.get(name)?.has(label);
  for (const { name, matchers } of selectors) {
    if (!exported.has(name)) {
      problems.push(`no metric ${name}`);
      continue;
    }
    for (const { label, operator, value } of matchers) {
      if (!hasLabel(name, label)) {
        problems.push(`no label ${label} of ${name}`);
      } else if (!TARGET_LABELS.includes(label)) {
        const known = exported.get(name)?.get(label);
        const asked = operator.endsWith('~') ? value.split('|') : [value];
        problems.push(
          ...asked
            .filter((one) => !(OPEN_LABELS[label]?.test(one) ?? known?.has(one)))
            .map((one) => `no value ${one} of ${label} of ${name}`),
        );
      }
    }
  }
  for (const { label, among } of groupings) {
    if (!among.some(({ name }) => hasLabel(name, label))) {
      problems.push(`no label ${label} to group by`);
    }
  }
  return problems;
}

/** Labels that what comes out of a query can have, at the most. */
export function labelsOf(text: string, exported: Exported): readonly string[] {
  const { selectors } = readQuery(text);
  return [
    ...TARGET_LABELS,
    ...selectors.flatMap(({ name }) => [...(exported.get(name)?.keys() ?? [])]),
  ];
}
