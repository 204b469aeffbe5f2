// Reads what DigiCert says of an order. Every field may be missing.
import type {
  OrderDetails,
  OrderDomain,
  OrderInfo,
  OrderList,
  OrderSummary,
  ReadOutcome,
} from '../domain/order-details';
import { isOrderId } from '../domain/resend-request';
import { isObject } from '../lib/is-object';
import { mapOutcome } from './map-outcome';
import { readOkObject, toText, toWord } from './response-body';
import type { Sent } from './transport/sender';

/** Domains of one order that are returned; DigiCert's multi-domain products end at 250 names. */
const MAX_DOMAINS = 250;

/** What a response says, with what was requested and when it came. */
type Parse<Value> = (sent: Sent, orderId: string, nowMs: number) => ReadOutcome<Value>;

/** Of `GET /order/certificate/{order_id}`. */
export const parseOrderInfo: Parse<OrderInfo> = (sent, orderId, nowMs) =>
  parseRead(sent, orderId, nowMs, (value) =>
    isAbout(value, value.id, orderId) ? toInfo(value) : undefined,
  );

/** Of `GET /order/certificate/{order_id}/validation`. */
export const parseOrderValidation: Parse<OrderDetails> = (sent, orderId, nowMs) =>
  parseRead(sent, orderId, nowMs, (value) =>
    isAbout(value, value.order_id, orderId) ? toOrder(value) : undefined,
  );

/** Of `GET /order/certificate`. */
export function parseOrderList(sent: Sent, nowMs: number): ReadOutcome<OrderList> {
  return parseRead(sent, '', nowMs, ({ orders, page }) => {
    const rows = toList(orders)?.filter(isObject).flatMap(toRow);
    return rows && { rows, total: isObject(page) ? toCount(page.total) : undefined };
  });
}

function parseRead<Value>(
  sent: Sent,
  orderId: string,
  nowMs: number,
  toValue: (body: Record<string, unknown>) => Value | undefined,
): ReadOutcome<Value> {
  const { exchange } = sent;
  const body = readOkObject(exchange);
  const value = body && toValue(body);
  if (value !== undefined) {
    return { kind: 'found', value };
  }
  if (exchange.kind === 'response' && exchange.status === 200 && exchange.isTooLong) {
    return { kind: 'too-long' };
  }
  // What is no order is an error like any other, and the one table knows them all.
  const { outcome } = mapOutcome(sent, { request: { orderId }, nowMs });
  switch (outcome.kind) {
    case 'order-not-found':
      return { kind: 'not-found' };
    case 'invalid-input':
      return { kind: 'refused', digicertErrors: outcome.digicertErrors };
    case 'access-denied':
    case 'rate-limited':
    case 'upstream-failed':
      return outcome;
    default:
      // A 204 makes no sense as the response to a read.
      return { kind: 'upstream-failed', reason: 'UNEXPECTED_RESPONSE', diagnostics: {} };
  }
}

/** A response about another order is none, and neither is one of errors alone. */
function isAbout(value: Record<string, unknown>, id: unknown, orderId: string): boolean {
  const receivedId = toText(id);
  return receivedId === undefined
    ? value.errors === undefined && value.error === undefined
    : receivedId.replace(/^0+/, '') === orderId.replace(/^0+/, '');
}

function toInfo(value: Record<string, unknown>): OrderInfo {
  const product = isObject(value.product) ? value.product : {};
  return {
    ...toSummary(value),
    dcvMethod: toWord(value.dcv_method),
    productNameId: toWord(product.name_id),
    productValidationType: toWord(product.validation_type),
  };
}

function toSummary(value: Record<string, unknown>): OrderSummary {
  const product = isObject(value.product) ? value.product : {};
  const certificate = isObject(value.certificate) ? value.certificate : {};
  const commonName = toText(certificate.common_name);
  const names = [commonName, ...(toList(certificate.dns_names) ?? [])];
  return {
    status: toWord(value.status),
    commonName,
    // The common name is nearly always one of the others too.
    dnsNames: toNames([...new Set(names)]),
    productName: toText(product.name),
    orderedAt: toDate(value.date_created),
  };
}

/** An order without an id cannot be read. */
function toRow(value: Record<string, unknown>): OrderList['rows'] {
  const id = toText(value.id);
  return id !== undefined && isOrderId(id) ? [{ ...toSummary(value), id }] : [];
}

function toCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function toDate(value: unknown): Date | undefined {
  const date = new Date(toText(value) ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function toOrder(value: Record<string, unknown>): OrderDetails {
  return {
    status: toWord(value.order_status),
    dcvMethod: toWord(value.order_dcv_method),
    domains: toList(value.dns_name_validations)
      ?.filter(isObject)
      .slice(0, MAX_DOMAINS)
      .map(toDomain),
  };
}

function toDomain(validation: Record<string, unknown>): OrderDomain {
  const dnsName = toText(validation.dns_name);
  return {
    name: toText(validation.name_scope) ?? dnsName,
    status: toWord(validation.status),
    method: toWord(validation.method),
    dnsNames: toNames(toList(validation.dns_names) ?? [dnsName]),
  };
}

function toNames(values: readonly unknown[]): readonly string[] {
  const names = values.map((name) => toText(name)).filter((name) => name !== undefined);
  return names.slice(0, MAX_DOMAINS);
}

function toList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}
