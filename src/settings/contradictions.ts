// Settings that are right one by one and wrong together.
import { FILE_TWINS } from './specs';

/** One sentence per contradiction. Takes the settings that are set, as they were given. */
export function findContradictions(given: Readonly<Record<string, string | undefined>>): string[] {
  const isSet = (...names: readonly string[]) => names.some((name) => given[name] !== undefined);
  const production = given.NODE_ENV === 'production';
  const hasKey = isSet('DIGICERT_API_KEY', 'DIGICERT_API_KEY_FILE');
  const hasAuth = isSet('AUTH_JWKS_URL', 'ROUTER_SECRET', 'ROUTER_SECRET_FILE');
  const problems = FILE_TWINS.filter((twins) => twins.every((name) => isSet(name))).map(
    ([name, fileName]) => `${name} and ${fileName} are both set: give one of them.`,
  );
  if (!hasKey && production) {
    problems.push(
      'DIGICERT_API_KEY is not set: production never falls back to the simulator. Give it or DIGICERT_API_KEY_FILE.',
    );
  }
  if (!hasKey && isSet('DIGICERT_BASE_URL')) {
    problems.push(
      'DIGICERT_BASE_URL is set without a key: give DIGICERT_API_KEY or DIGICERT_API_KEY_FILE.',
    );
  }
  if (!hasAuth && production && !isSet('AUTH')) {
    problems.push(
      'AUTH_JWKS_URL and ROUTER_SECRET are not set: production does not let everybody in. Give one of them, or say AUTH=none.',
    );
  }
  if (hasAuth && isSet('AUTH')) {
    problems.push(
      'AUTH is none, and AUTH_JWKS_URL or ROUTER_SECRET is set: give one or the other.',
    );
  }
  const { EXPLORER: explorer = 'off', INTROSPECTION: introspection = production ? 'off' : 'on' } =
    given;
  if (['sandbox', 'graphiql'].includes(explorer) && introspection === 'off') {
    problems.push(
      `EXPLORER is ${explorer} and INTROSPECTION is off: an explorer reads the schema. Say INTROSPECTION=on, or EXPLORER=off.`,
    );
  }
  const redisTimeoutMs = Number(given.REDIS_TIMEOUT_MS ?? 250);
  const timeoutMs = Number(given.DIGICERT_TIMEOUT_MS ?? 10_000);
  if (isSet('REDIS_URL', 'REDIS_URL_FILE') && redisTimeoutMs > timeoutMs / 4) {
    problems.push(
      `REDIS_TIMEOUT_MS is more than a quarter of DIGICERT_TIMEOUT_MS (${redisTimeoutMs} of ${timeoutMs}): a Redis that hangs would keep callers beyond their time.`,
    );
  }
  const tokenSettings = ['AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE'];
  if (isSet(...tokenSettings)) {
    for (const name of tokenSettings.filter((name) => !isSet(name))) {
      problems.push(`${name} is not set: ${tokenSettings.join(', ')} go together.`);
    }
  }
  return problems;
}
