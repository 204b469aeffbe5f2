// Reads `GET /order/certificate/{order_id}`, of which every field may be missing.

import type { OrderInfo } from '../domain/order-eligibility';
import { isObject } from '../lib/is-object';
import { readOkObject, toWord } from './response-body';
import type { Exchange } from './transport/exchange';

/** `undefined` unless DigiCert answered 200 with a JSON object. */
export function parseOrderInfo(exchange: Exchange): OrderInfo | undefined {
  const value = readOkObject(exchange);
  if (!value) {
    return undefined;
  }
  const product = isObject(value.product) ? value.product : {};
  return {
    status: toWord(value.status),
    dcvMethod: toWord(value.dcv_method),
    productNameId: toWord(product.name_id),
    productValidationType: toWord(product.validation_type),
  };
}
