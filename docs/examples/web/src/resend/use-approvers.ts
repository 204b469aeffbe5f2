import { useQuery } from '@apollo/client/react';
import { CertificateOrderApproversDocument } from 'dv-email-gateway-client';
import { useMemo } from 'react';
import type { Domain } from '../order/order-details';
import { type Approver, byUse, toApprovers } from './approvers';

export interface Approvers {
  /** Of each domain, in the order in which they are shown. */
  readonly approvers: readonly (readonly Approver[])[];
  readonly lookUps: 'none' | 'running' | 'failed' | 'done';
}

/** Who may approve each domain. Look-ups take up to two seconds, so nothing waits for them, and nothing fails with them. */
export function useApprovers(
  orderId: string,
  domains: readonly Domain[],
  /** Whether anyone can choose. */
  isShown: boolean,
): Approvers {
  const skip = !isShown || domains.length === 0;
  const { data, loading } = useQuery(CertificateOrderApproversDocument, {
    variables: { id: orderId },
    skip,
    // Domains have no id: in the cache this response would take the place of the order's own, which has more fields.
    fetchPolicy: 'no-cache',
    // What is there is of use, also where one of the fields failed.
    errorPolicy: 'all',
  });
  const lookedUp = data?.certificateOrder?.domains;
  const approvers = useMemo(() => {
    // What has the focus would lose it when it is moved.
    const isInUse = document.activeElement?.closest('fieldset') != null;
    return domains.map((domain) => {
      const found = lookedUp?.find(({ name }) => name === domain.name);
      const all = toApprovers(domain, found);
      return isInUse ? all : byUse(all);
    });
  }, [domains, lookedUp]);
  if (skip) {
    return { approvers, lookUps: 'none' };
  }
  return { approvers, lookUps: loading ? 'running' : lookedUp ? 'done' : 'failed' };
}
