// What the built program loads of what only some installations want.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway } from '../support/program';

describe('what is not asked for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loaded-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function loadedModules(env: Record<string, string>): Promise<string> {
    const list = join(folder, 'list');
    const hook = join(folder, 'hook.cjs');
    writeFileSync(
      hook,
      `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(list)}, Object.keys(require.cache).join('\\n')));`,
    );
    const { program } = await startGateway({ ...env, NODE_OPTIONS: `--require ${hook}` });
    const { closed } = program;
    program.kill('SIGTERM');
    await closed;
    return readFileSync(list, 'utf8');
  }

  it('is not loaded: no OpenTelemetry, no Prometheus client, no pretty printer', async () => {
    const without = await loadedModules({});
    expect(without).toContain('fastify');
    expect(without).not.toMatch(/@opentelemetry|prom-client|pino-pretty/);

    const withBoth = await loadedModules({
      METRICS_PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    });
    expect(withBoth).toMatch(/@opentelemetry/);
    expect(withBoth).toMatch(/prom-client/);
  });
});
