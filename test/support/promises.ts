// Promises as data: each has an id that stays with it, and is kept by the real server.
import { startTestApp, type TestApp } from './test-app';

export interface Promised {
  readonly id: string;
  readonly must: `MUST ${string}`;
  readonly environment?: Record<string, string>;
  readonly fn: (app: TestApp) => Promise<void>;
}

export const PRODUCTION = { NODE_ENV: 'production' };

export const STUDIO = 'https://studio.apollographql.com';

export const QUERY = { query: '{ __typename }' };

export const at = (app: TestApp, path: string) => new URL(app.url).origin + path;

/** The whole answer of a request that never became GraphQL. */
export async function expectHttpError(
  response: Response,
  status: number,
  code: string,
): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  const correlationId = response.headers.get('x-request-id');
  expect(await response.json()).toEqual({
    errors: [{ message: expect.stringMatching(/\w\.$/), extensions: { code, correlationId } }],
  });
}

/** A test for each promise, and one that none is lost or renamed. */
export function keepPromises(ids: readonly string[], promises: readonly Promised[]): void {
  it('keeps the ids of its promises', () => {
    expect(promises.map(({ id }) => id)).toEqual(ids);
  });

  it.each(
    promises.map(({ id, must, environment, fn }) => [id, must, { environment, fn }] as const),
  )('%s %s', async (_id, _must, { environment, fn }) => {
    const app = await startTestApp({
      ...(environment && { environment }),
    });
    await fn(app);
  });
}
