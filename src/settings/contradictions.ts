// Settings that are right one by one and wrong together.
import { parseSecureUrl } from '../lib/secure-url';
import { VARIABLES, type Values } from './environment-variables';

/** One sentence per contradiction. Takes what is set as it was given, and the values there are. */
export function findContradictions(
  given: Readonly<Record<string, string | undefined>>,
  values: Partial<Values>,
): string[] {
  const isSet = (...names: readonly string[]) => names.some((name) => given[name] !== undefined);
  const production = given.NODE_ENV === 'production';
  const hasKey = isSet('DIGICERT_API_KEY', 'DIGICERT_API_KEY_FILE');
  const tokenSettings = ['AUTH_ISSUER', 'AUTH_AUDIENCE'];
  const hasTokens = isSet('AUTH_JWKS_URL', ...tokenSettings);
  const hasAuth = hasTokens || isSet('ROUTER_SECRET', 'ROUTER_SECRET_FILE');
  const { REDIS_TIMEOUT_MS: redisMs = 0, DIGICERT_TIMEOUT_MS: digicertMs = Infinity } = values;
  const contradictions: readonly (readonly [boolean, string])[] = [
    [
      !hasKey && production,
      'DIGICERT_API_KEY is not set: production never falls back to the simulator. Give it or DIGICERT_API_KEY_FILE.',
    ],
    [
      !hasKey && isSet('DIGICERT_BASE_URL'),
      'DIGICERT_BASE_URL is set without a key: give DIGICERT_API_KEY or DIGICERT_API_KEY_FILE.',
    ],
    [
      !hasAuth && production && !isSet('AUTH'),
      'AUTH_ISSUER and ROUTER_SECRET are not set: production does not accept every caller. Set one of them, or AUTH=none.',
    ],
    [
      hasAuth && isSet('AUTH'),
      'AUTH is none, and AUTH_ISSUER or ROUTER_SECRET is set: give one or the other.',
    ],
    [
      isSet('EXPLORER') && (values.EXPLORER ?? 'off') !== 'off' && values.INTROSPECTION === false,
      `EXPLORER is ${values.EXPLORER} and INTROSPECTION is off: an explorer reads the schema. Say INTROSPECTION=on, or EXPLORER=off.`,
    ],
    [
      isSet('REDIS_URL', 'REDIS_URL_FILE') && redisMs > digicertMs / 4,
      `REDIS_TIMEOUT_MS is more than a quarter of DIGICERT_TIMEOUT_MS (${redisMs} of ${digicertMs}): a Redis that hangs would keep callers beyond their time.`,
    ],
    [
      isSet('AUTH_ISSUER') && !isSet('AUTH_JWKS_URL') && !isSecureUrl(values.AUTH_ISSUER ?? ''),
      'AUTH_ISSUER is no https URL, so there is no discovery document to read: give AUTH_JWKS_URL.',
    ],
    ...tokenSettings.map((name): readonly [boolean, string] => [
      hasTokens && !isSet(name),
      `${name} is not set: ${tokenSettings.join(' and ')} go together, and AUTH_JWKS_URL needs both.`,
    ]),
  ];
  return [
    ...Object.keys(VARIABLES)
      .filter((name) => isSet(name) && isSet(`${name}_FILE`))
      .map((name) => `${name} and ${name}_FILE are both set: give one of them.`),
    ...contradictions.filter(([holds]) => holds).map(([, message]) => message),
  ];
}

function isSecureUrl(text: string): boolean {
  try {
    return Boolean(parseSecureUrl(text));
  } catch {
    return false;
  }
}
