// The audit of the GraphQL-over-HTTP specification's reference implementation, over the running server.
import { serverAudits } from 'graphql-http';
import { startTestApp } from '../support/test-app';

/** What Apollo Server does otherwise by design: a 400 for JSON clients where the audit would see 200. */
const WARNINGS = ['572B', 'FDE2', '7B9B'];

it('meets every MUST of GraphQL over HTTP, and every SHOULD but three', async () => {
  const app = await startTestApp();

  const audits = serverAudits({
    url: app.url,
    fetchFn: (url: string, init?: RequestInit) =>
      // A GET needs the header that proves a preflight.
      fetch(url, { ...init, headers: { ...init?.headers, 'apollo-require-preflight': '1' } }),
  });
  const results = await Promise.all(audits.map(({ fn }) => fn()));
  const idsOf = (status: string) =>
    results.filter((result) => result.status === status).map(({ id }) => id);

  expect(idsOf('error')).toEqual([]);
  expect(idsOf('warn').sort()).toEqual([...WARNINGS].sort());
  expect(idsOf('ok')).toMatchInlineSnapshot(`
[
  "22EB",
  "4655",
  "47DE",
  "80D8",
  "82A3",
  "BF61",
  "78D5",
  "2C94",
  "5A70",
  "9C48",
  "9ABE",
  "03D4",
  "A5BF",
  "423L",
  "LKJ0",
  "LKJ1",
  "LKJ2",
  "LKJ3",
  "34A2",
  "13EE",
  "6C00",
  "6C01",
  "6C02",
  "6C03",
  "8161",
  "B8B3",
  "94B0",
  "0220",
  "94B1",
  "0221",
  "94B2",
  "0222",
  "4760",
  "4761",
  "4762",
  "4763",
  "2EA1",
  "28B9",
  "D6D5",
  "6A70",
  "58B0",
  "58B1",
  "58B2",
  "58B3",
  "428F",
  "1B7A",
  "B6DC",
  "BCF8",
  "B7N8",
  "8764",
  "3E3A",
  "865D",
  "556A",
  "D586",
  "51FE",
  "74FF",
  "5E5B",
  "86EE",
]
`);
});
