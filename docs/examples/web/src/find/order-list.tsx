// Orders that were found, or while nothing is searched for, those that wait.
import { NetworkStatus } from '@apollo/client';
import { useQuery } from '@apollo/client/react';
import {
  CertificateOrdersDocument,
  type CertificateOrdersQuery,
  type CertificateOrdersQueryVariables,
} from 'dv-email-gateway-client';
import { useState } from 'react';
import { FocusedHeading } from '../focused-heading';
import { ReadFailure } from '../order/read-failure';
import { OrderRow, type Row } from './order-row';
import { isDnsName } from './to-place';

/** A screen or two. */
const FOUND = 20;

/** As many as the gateway lists at once: the oldest come last. */
const PENDING = 100;

/** Its rows may have changed since they were last shown. */
const fetchPolicy = 'network-only';

export function OrderList({ search }: { readonly search: string | undefined }) {
  const query = useQuery(CertificateOrdersDocument, {
    variables: search
      ? { filter: { search }, first: FOUND }
      : { filter: { status: 'pending' }, first: PENDING },
    fetchPolicy,
  });
  // DigiCert searches common names alone: a whole name may be another name of the certificate.
  const whole = useQuery(CertificateOrdersDocument, {
    variables: { filter: { domainName: search ?? '' }, first: FOUND },
    skip: !search || !isDnsName(search),
    fetchPolicy,
  });
  const [moreError, setMoreError] = useState<Error>();
  const failed = [query, whole].filter(({ error }) => error);
  const [failure] = failed;
  const page = query.data?.certificateOrders;
  const unfinished = [query, whole].filter(
    ({ data }) => data?.certificateOrders?.pageInfo.hasNextPage,
  );

  if ([query, whole].some(({ networkStatus }) => networkStatus < NetworkStatus.fetchMore)) {
    return <p role="status">{search ? 'Looking for orders…' : 'Reading the pending orders…'}</p>;
  }
  const found = toRows(whole.data?.certificateOrders?.edges, page?.edges);
  const rows = search ? found : found.toSorted(byAge);
  const handleMore = () => {
    setMoreError(undefined);
    Promise.all(unfinished.map(fetchNext)).catch(setMoreError);
  };
  const heading = search ? `Orders with “${search}”` : 'Pending orders, oldest first';
  return (
    <section aria-label={heading}>
      {search ? <FocusedHeading level="h2">{heading}</FocusedHeading> : <h2>{heading}</h2>}
      {!search && (
        <p className="hint">Pending reissues are not among them: search for their domain.</p>
      )}
      {failure?.error && (
        <ReadFailure
          what="orders"
          error={failure.error}
          onRetry={() => void Promise.allSettled(failed.map(({ refetch }) => refetch()))}
        />
      )}
      {/* How many there are is known once both have been read. */}
      {page && !failure && (
        <Count
          count={rows.length}
          // What both searches find counts once: how many that is in all is not known.
          total={whole.data ? null : page.totalCount}
          more={unfinished.length > 0}
        />
      )}
      {page && !failure && rows.length === 0 && search && (
        <p>
          Try a shorter part of the name. Or type any name on the certificate as a whole, or the
          order number.
        </p>
      )}
      <ul className="orders">
        {rows.map((order) => (
          <OrderRow key={order.id} order={order} search={search} />
        ))}
      </ul>
      {moreError && <ReadFailure what="orders" error={moreError} onRetry={handleMore} />}
      {unfinished.length > 0 && !moreError && (
        <button type="button" aria-disabled={query.loading || whole.loading} onClick={handleMore}>
          Show more
        </button>
      )}
    </section>
  );
}

type Query = useQuery.Result<CertificateOrdersQuery, CertificateOrdersQueryVariables>;

/** Adds the next page to those that were read. */
function fetchNext({ data, fetchMore }: Query): Promise<unknown> {
  return fetchMore({
    variables: { after: data?.certificateOrders?.pageInfo?.endCursor },
    updateQuery: ({ certificateOrders: before }, { fetchMoreResult }) => {
      const next = fetchMoreResult.certificateOrders;
      const edges = [...(before?.edges ?? []), ...(next?.edges ?? [])];
      return { certificateOrders: next && { ...next, edges } };
    },
  });
}

interface CountProps {
  readonly count: number;
  readonly total: number | null;
  readonly more: boolean;
}

function Count({ count, total, more }: CountProps) {
  const newest = `The newest ${count}${total === null ? '' : ` of ${total}`}: there are more.`;
  const all = count === 0 ? 'No orders.' : `${count} ${count === 1 ? 'order' : 'orders'}.`;
  return <p role="status">{more ? newest : all}</p>;
}

interface Edge {
  readonly node: Row;
}

/** Each once: both searches may find it, and a page repeats some while orders are added. */
function toRows(...pages: readonly (readonly Edge[] | undefined)[]): readonly Row[] {
  const rows = pages.flatMap((edges) => edges?.map(({ node }) => node) ?? []);
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

/** The oldest first; those without a date last. */
function byAge(one: Row, other: Row): number {
  return (one.orderedAt ?? '~').localeCompare(other.orderedAt ?? '~');
}
