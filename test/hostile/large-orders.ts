// An account whose orders are as large as DigiCert's answers may be: 250 names each, in a body of nearly all that
// the gateway reads of one.
import { MAX_RESPONSE_BYTES } from '../../src/digicert/transport/exchange';
import {
  SIMULATED_ACCOUNT,
  type SimulatedAccount,
  type SimulatedOrder,
} from '../../src/simulator/orders';
import { accept, errorBody, json } from '../../src/simulator/responders';

const ORDERS = 60;
const NAMES_PER_ORDER = 250;
/** The rest is for the order's own fields. */
const BODY_BYTES = MAX_RESPONSE_BYTES - 500;
const MAX_NAME_LENGTH = 253;
const MAX_LABEL_LENGTH = 63;

/**
 * The simulator's own orders, but for those that make the gateway log an error by intent (a rejected API key, a wrong base
 * URL) and those that only take time.
 */
const LEFT_OUT = ['1401', '1405', '1504', '1603'];
const SMALL_ORDERS = Object.entries(SIMULATED_ACCOUNT).filter(([id]) => !LEFT_OUT.includes(id));

/** As many errors as fit, each with as much text as the gateway returns. */
const REFUSED = json(
  400,
  errorBody(
    ...Array.from({ length: 55 }, (_, index) => ({
      code: `simulator|refused_${index}`,
      message: `The simulator refuses this order. ${'Because. '.repeat(110)}`,
    })),
  ),
);

/** Ids of orders with 250 names. */
export const LARGE_ORDER_IDS = Array.from({ length: ORDERS }, (_, index) => String(20_001 + index));

export const SMALL_ORDER_IDS = SMALL_ORDERS.map(([id]) => id);

export const LARGE_ACCOUNT: SimulatedAccount = {
  ...Object.fromEntries(SMALL_ORDERS),
  ...Object.fromEntries(LARGE_ORDER_IDS.map((id, index) => [id, toOrder(index)])),
};

/** `n7.example.com` below as many labels as asked for: no two names share a parent but `example.com`. */
export function toName(index: number, labels: number, length: number): string {
  const base = `n${index}.example.com`;
  const labelLength = Math.floor((length - base.length) / labels) - 1;
  const label = 'x'.repeat(Math.min(MAX_LABEL_LENGTH, Math.max(1, labelLength)));
  return `${`${label}.`.repeat(labels)}${base}`.slice(-length).replace(/^\./, 'x');
}

function toOrder(index: number): SimulatedOrder {
  // Most names of the world have two to five labels; a few orders have as many as fit.
  const labels = [1, 2, 3, 8, 100][index % 5] ?? 1;
  const resend = [accept, accept, accept, REFUSED][index % 4] ?? accept;
  const validations = index % 3 === 0 ? [toDomain({ labels })] : toDomains(labels);
  return {
    summary: `250 names of ${labels} labels and more`,
    resend,
    info: { status: 'pending', dcv_method: 'email', product: { name_id: 'ssl_dv_geotrust' } },
    validation: {
      order_status: 'pending',
      order_name_scope: 'fqdn',
      order_dcv_method: 'email',
      dns_name_validations: validations,
    },
  };
}

/** One domain without a name of its own, which covers all names of the order. */
function toDomain({ labels }: { labels: number }): object {
  const length = Math.min(MAX_NAME_LENGTH, Math.floor(BODY_BYTES / NAMES_PER_ORDER) - 3);
  return {
    status: 'pending',
    method: 'email',
    dns_names: listNames(labels, length),
  };
}

/** One domain for each name. */
function toDomains(labels: number): readonly object[] {
  const toEntry = (name: string) => ({
    name_scope: name,
    status: 'pending',
    method: 'email',
    dns_names: [name],
  });
  const overhead = JSON.stringify(toEntry('')).length + 1;
  const length = Math.floor((BODY_BYTES / NAMES_PER_ORDER - overhead) / 2);
  return listNames(labels, length).map(toEntry);
}

function listNames(labels: number, length: number): readonly string[] {
  return Array.from({ length: NAMES_PER_ORDER }, (_, index) => toName(index, labels, length));
}
