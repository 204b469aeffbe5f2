// The faults of the matrix that are a forward proxy's. DigiCert behind it is well, and must not get a request.
import { startSimulator } from '../../src/simulator/simulator';
import {
  answer,
  closeAfter200,
  closeAtOnce,
  dieInMidCall,
  hangOn,
  type OnConnect,
  startForwardProxy,
} from '../support/forward-proxy';
import { type Fault, UNKNOWN, UNREACHABLE } from './faults';

const MISCONFIGURED = 'UpstreamError MISCONFIGURED, not sent';

function withProxy(onConnect: OnConnect, scheme = 'http'): Fault['start'] {
  return async () => {
    const simulator = await startSimulator({ quota: [] });
    const proxy = await startForwardProxy(onConnect);
    return {
      baseUrl: simulator.baseUrl.replace(/^http/, scheme),
      proxyUrl: proxy.url,
      requests: () => proxy.connects.length,
      close: async () => {
        proxy.close();
        await simulator.close();
        expect(simulator.requests).toEqual([]);
      },
    };
  };
}

/** The same fault with a proxy before DigiCert that works. */
export function byProxy({ start, ...fault }: Fault): Fault {
  return {
    ...fault,
    name: `by a proxy: ${fault.name}`,
    start: async (clock) => {
      const upstream = await start(clock);
      const proxy = await startForwardProxy();
      return {
        ...upstream,
        proxyUrl: proxy.url,
        close: async () => {
          expect(proxy.connects).toContain(
            `${new URL(upstream.baseUrl).hostname}:${new URL(upstream.baseUrl).port || 443}`,
          );
          proxy.close();
          await upstream.close();
        },
      };
    },
  };
}

/** `requests`: one CONNECT for each try. */
export const PROXY_FAULTS: readonly Fault[] = [
  {
    name: 'proxy: 407',
    start: withProxy(answer(407, 'Proxy-Authenticate: Basic realm="x"\r\n')),
    told: MISCONFIGURED,
    requests: 1,
    opensBreaker: true,
  },
  {
    name: 'proxy: 502',
    start: withProxy(answer(502)),
    told: UNREACHABLE,
    requests: 3,
    opensBreaker: true,
  },
  {
    name: 'proxy: closes at CONNECT',
    start: withProxy(closeAtOnce),
    told: UNREACHABLE,
    requests: 3,
    opensBreaker: true,
  },
  {
    name: 'proxy: CONNECT hangs',
    start: withProxy(hangOn),
    takesTime: true,
    told: UNREACHABLE,
    requests: 1,
    opensBreaker: true,
  },
  {
    name: 'proxy: closes before TLS',
    start: withProxy(closeAfter200, 'https'),
    told: UNREACHABLE,
    requests: 3,
    opensBreaker: true,
  },
  {
    name: 'proxy: dies in mid-call',
    start: withProxy(dieInMidCall),
    told: UNKNOWN,
    requests: 1,
    opensBreaker: true,
  },
];
