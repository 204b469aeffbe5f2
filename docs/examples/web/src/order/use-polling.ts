import { useApolloClient } from '@apollo/client/react';
import { CertificateOrderDocument } from 'dv-email-gateway-client';
import { useEffect } from 'react';

/** Twice a minute, of the 60 requests that a gateway takes from a caller by default (`CALLER_QUOTA`). */
const INTERVAL_MS = 30_000;

/** Reads an order again and again into the cache, where `useQuery` sees it; not while the page is hidden. */
export function usePolling(orderId: string, enabled: boolean): void {
  const client = useApolloClient();
  useEffect(() => {
    if (!enabled) {
      return;
    }
    const timer = setInterval(() => {
      if (!document.hidden) {
        const variables = { id: orderId };
        client
          .query({ query: CertificateOrderDocument, variables, fetchPolicy: 'network-only' })
          // What is shown is still the last that is known; the next time is soon.
          .catch(() => {});
      }
    }, INTERVAL_MS);
    return () => clearInterval(timer);
  }, [client, orderId, enabled]);
}
