import { useQuery } from '@apollo/client/react';
import { CertificateOrderApproversDocument } from 'dv-email-gateway/client';
import { useMemo } from 'react';
import type { Domain } from '../order/order-details';
import { type Approver, byUse, toApprovers } from './approvers';

/** Who may approve each domain. Look-ups take up to two seconds, so nothing waits for them, and nothing fails with them. */
export function useApprovers(
  orderId: string,
  domains: readonly Domain[],
  /** Whether anyone can choose. */
  isShown: boolean,
): readonly (readonly Approver[])[] {
  const { data } = useQuery(CertificateOrderApproversDocument, {
    variables: { id: orderId },
    skip: !isShown || domains.length === 0,
    // Domains have no id: in the cache this response would take the place of the order's own, which has more fields.
    fetchPolicy: 'no-cache',
  });
  const lookedUp = data?.certificateOrder?.domains;
  return useMemo(() => {
    // What has the focus would lose it when it is moved.
    const isInUse = document.activeElement?.closest('fieldset') != null;
    return domains.map((domain) => {
      const found = lookedUp?.find(({ name }) => name === domain.name);
      const approvers = toApprovers(domain, found);
      return isInUse ? approvers : byUse(approvers);
    });
  }, [domains, lookedUp]);
}
