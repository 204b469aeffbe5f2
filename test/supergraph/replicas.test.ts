// The router's configuration in deploy/, with a replica less.
import { startTestApp } from '../support/test-app';
import { ask, startDeployed } from './router';

const SECRET = 'a-secret-of-at-least-32-characters';
const RESEND = 'mutation { resendDvEmails(orderId: "1001") { __typename } }';

it('answers 300 mutations with one of three replicas stopped, and none is "unknown"', async () => {
  const start = () => startTestApp({ environment: { ROUTER_SECRET: SECRET }, quota: [] });
  const replicas = [await start(), await start(), await start()] as const;
  const urls = replicas.map(({ url }) => url).join(',');
  const router = await startDeployed('Hive Gateway', urls, SECRET);
  const send = async (count: number) => {
    const members: string[] = [];
    for (let call = 0; call < count; call += 1) {
      const { data, errors } = await ask(router, RESEND);
      members.push(errors ? JSON.stringify(errors) : Object(data?.resendDvEmails).__typename);
    }
    return new Map(
      [...new Set(members)].map((one) => [one, members.filter((member) => member === one).length]),
    );
  };
  const count = () => replicas.map((replica) => replica.takeUpstreamRequests().length);

  expect(await send(30)).toEqual(new Map([['ResendDvEmailsSuccess', 30]]));
  expect(count()).toEqual([10, 10, 10]);
  await replicas[1].close();
  expect(await send(300)).toEqual(new Map([['ResendDvEmailsSuccess', 300]]));
  // The third also takes the turns of the second.
  expect(count()).toEqual([100, 0, 200]);
}, 60_000);
