// Reads `GET /order/certificate/{order_id}`, of which every field may be missing.
import type { OrderInfo } from '../domain/order-eligibility';
import type { Exchange } from './exchange';
import { isObject, readResponseBody, toText } from './response-body';

/** `undefined` unless DigiCert answered 200 with a JSON object. */
export function parseOrderInfo(exchange: Exchange): OrderInfo | undefined {
  if (exchange.kind !== 'answered' || exchange.status !== 200) {
    return undefined;
  }
  const body = readResponseBody(exchange);
  if (body.kind !== 'json' || !isObject(body.value)) {
    return undefined;
  }
  const product = isObject(body.value.product) ? body.value.product : {};
  return {
    status: toText(body.value.status),
    dcvMethod: toText(body.value.dcv_method),
    productNameId: toText(product.name_id),
    productValidationType: toText(product.validation_type),
  };
}
