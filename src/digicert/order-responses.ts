// Reads what DigiCert says of an order. Every field may be missing.
import type { OrderDetails, OrderDomain, OrderReadOutcome } from '../domain/order-details';
import type { OrderInfo } from '../domain/order-eligibility';
import type { ResendOutcome } from '../domain/outcome';
import { isObject } from '../lib/is-object';
import { mapOutcome } from './map-outcome';
import { readOkObject, toText, toWord } from './response-body';
import type { Exchange } from './transport/exchange';
import type { Sent } from './transport/sender';

/** Domains of one order that are returned; DigiCert's multi-domain products end at 250 names. */
const MAX_DOMAINS = 250;

/** Of `GET /order/certificate/{order_id}`; `undefined` unless DigiCert answered 200 with a JSON object. */
export function parseOrderInfo(exchange: Exchange): OrderInfo | undefined {
  const value = readOkObject(exchange);
  if (!value) {
    return undefined;
  }
  const product = isObject(value.product) ? value.product : {};
  const certificate = isObject(value.certificate) ? value.certificate : {};
  return {
    status: toWord(value.status),
    dcvMethod: toWord(value.dcv_method),
    productNameId: toWord(product.name_id),
    productValidationType: toWord(product.validation_type),
    // The common name is nearly always one of the others too.
    dnsNames: toNames([
      ...new Set([certificate.common_name, ...(toList(certificate.dns_names) ?? [])]),
    ]),
  };
}

/** Of `GET /order/certificate/{order_id}/validation`. */
export function parseOrderValidation(sent: Sent, orderId: string, nowMs: number): OrderReadOutcome {
  const value = readOkObject(sent);
  if (value && isAbout(value, orderId)) {
    return { kind: 'found', order: toOrder(value) };
  }
  // What is no order is an error like any other, and the one table knows them all.
  return toReadOutcome(mapOutcome(sent, { request: { orderId }, nowMs }).outcome);
}

/** A response about another order is none, and neither is one of errors alone. */
function isAbout(value: Record<string, unknown>, orderId: string): boolean {
  const receivedId = toText(value.order_id);
  return receivedId === undefined
    ? value.errors === undefined && value.error === undefined
    : receivedId.replace(/^0+/, '') === orderId.replace(/^0+/, '');
}

function toReadOutcome(outcome: ResendOutcome): OrderReadOutcome {
  switch (outcome.kind) {
    case 'order-not-found':
      return { kind: 'not-found' };
    case 'access-denied':
    case 'rate-limited':
    case 'upstream-failed':
      return outcome;
    default:
      // A 204 or a refused input makes no sense as the response to a read.
      return { kind: 'upstream-failed', reason: 'UNEXPECTED_RESPONSE', diagnostics: {} };
  }
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
