// docs/operations.md lists all that operators can see, and nothing else.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PREFIX } from '../../src/telemetry/metrics/instruments';
import { readTable } from '../support/markdown';
import { readExported } from '../support/promql';
import { startTestApp } from '../support/test-app';

const ROOT = join(__dirname, '..', '..');

const doc = readFileSync(join(ROOT, 'docs', 'operations.md'), 'utf8');

/** The rows of a section's table, without the marks of code. */
const readSection = (heading: string) =>
  readTable(doc, heading).map((cells) => cells.map((cell) => cell.replaceAll('`', '')));

interface LoggedEvent {
  readonly name: string;
  /** `undefined`: the fields are put together before the call that logs them. */
  readonly level: string | undefined;
}

const LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'];

/** Events of the source, by the literal that names each. */
function readEvents(): LoggedEvent[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(ROOT, 'src', path), 'utf8').replace(/^\s*\/\/.*$/gm, ''))
    .flatMap((source) =>
      [...source.matchAll(/\bevent: '([^']+)'/g)].map(({ 1: name = '', index }) => {
        const call = /[lL]og\.(\w+)\(\s*\{[^{}]*$/.exec(source.slice(0, index));
        return { name, level: call?.[1] };
      }),
    );
}

describe('docs/operations.md', () => {
  const events = readEvents();
  const listedEvents = readSection('Log');

  it('lists every log event, once, and no other', () => {
    const names = [...new Set(events.map(({ name }) => name))];
    expect(names.length).toBeGreaterThan(15);
    expect(listedEvents.map(([name]) => name).sort()).toEqual(names.sort());
  });

  it('has the level of each event', () => {
    const levels = new Map(listedEvents.map(([name, level = '']) => [name, level]));
    for (const [name, level] of levels) {
      expect([name, LEVELS.filter((known) => level.includes(known))]).not.toEqual([name, []]);
    }
    const known = events.filter(({ level }) => level !== undefined);
    expect(known.length).toBeGreaterThan(15);
    for (const { name, level } of known) {
      expect([name, levels.get(name)]).toEqual([name, expect.stringContaining(String(level))]);
    }
  });

  it('lists every metric of ours, with its type and labels', async () => {
    const { metrics } = await readExported();
    const ours = metrics.filter(({ name }) => name.startsWith(PREFIX));
    const byName = ([a = '']: string[], [b = '']: string[]) => a.localeCompare(b);

    expect(ours.length).toBeGreaterThan(10);
    expect(
      readSection('Metrics')
        .map((cells) => cells.slice(0, 3))
        .sort(byName),
    ).toEqual(ours.map(({ name, type, labels }) => [name, type, labels.join(' ')]).sort(byName));
  });

  it('names no metric of the process that there is not', async () => {
    const { metrics } = await readExported();
    const named = doc.match(/\b(?:nodejs|process)_\w+/g) ?? [];
    expect(named).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(metrics.map(({ name }) => name)).toEqual(expect.arrayContaining(named));
  });

  it('lists every alert with its severity, in order', () => {
    const { groups } = parse(
      readFileSync(join(ROOT, 'deploy', 'prometheus', 'alerts.yaml'), 'utf8'),
    ) as { groups: { rules: { alert: string; labels: { severity: string } }[] }[] };
    const rules = groups.flatMap((group) => group.rules);

    expect(readSection('Alerts').map(([name, severity]) => [name, severity])).toEqual(
      rules.map(({ alert, labels }) => [alert, labels.severity]),
    );
  });

  it('names every attribute that spans get', () => {
    const source = readFileSync(join(ROOT, 'src', 'telemetry', 'tracing', 'spans.ts'), 'utf8');
    const attributes = source.match(/(?<=')(?:dv_email_gateway|graphql|http)\.[\w.]+(?=')/g) ?? [];
    const listed = readSection('Traces').flatMap(([, cell = '']) => cell.split(', '));

    expect(attributes.length).toBeGreaterThan(5);
    expect(listed).toEqual(expect.arrayContaining(attributes));
  });

  it('shows what the health endpoints answer', async () => {
    const { url } = await startTestApp();
    const responses = await Promise.all(
      ['/livez', '/readyz'].map(async (path) => {
        const response = await fetch(new URL(path, url));
        return [path, String(response.status), await response.text()];
      }),
    );
    expect(
      readSection('Health')
        .map((cells) => cells.slice(0, 3))
        .slice(0, 2),
    ).toEqual(responses);
  });
});
