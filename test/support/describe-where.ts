/**
 * `describe`, where nothing is missing; else tests are reported as skipped. With the environment variable `required`
 * set, as CI does, that is an error.
 */
export function describeWhere(
  what: string,
  missing: string | undefined,
  required: string,
): jest.Describe {
  if (missing === undefined) {
    return describe;
  }
  if (process.env[required]) {
    throw new Error(`${required} is set: ${missing}.`);
  }
  process.stderr.write(`Tests ${what} are skipped: ${missing}.\n`);
  return describe.skip;
}
