// What the gateway talks to: DigiCert, with a key that may be replaced, or the built-in simulator.
import type { Logger } from 'pino';
import type { Clock } from './lib/clock';
import { watchKeyFile } from './settings/key-file';
import type { Settings } from './settings/settings';

export async function startUpstream(
  settings: Settings['upstream'],
  dependencies: { readonly log: Logger; readonly clock: Clock },
) {
  if (settings.kind === 'digicert') {
    const { baseUrl, apiKey, apiKeyFile } = settings;
    const file =
      apiKeyFile === undefined ? undefined : watchKeyFile(apiKeyFile, apiKey, dependencies);
    return {
      baseUrl,
      apiKey: file?.current ?? (() => apiKey),
      close: async () => file?.close(),
    };
  }
  const simulator = await loadSimulator().startSimulator();
  dependencies.log.warn(
    { event: 'simulator.in-use', baseUrl: simulator.baseUrl, outboxUrl: simulator.outboxUrl },
    'DIGICERT_API_KEY is not set: DigiCert is SIMULATED and no email is sent',
  );
  return {
    baseUrl: simulator.baseUrl,
    apiKey: () => 'simulator',
    lookUp: simulator.lookUp,
    close: () => simulator.close(),
  };
}

/** Loaded only where DigiCert is simulated. */
export function loadSimulator() {
  return require('./simulator/simulator') as typeof import('./simulator/simulator');
}
