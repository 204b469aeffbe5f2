// Orders by the hundred, so that there is something to look for: each with a name of its own, ordered hour by hour.
import type { SimulatedOrder } from './orders';
import { accept } from './responders';

const FIRST_ID = 20_000;

/** Of each made from its number, so that they are the same in every run. */
const SHOPS = ['bakery', 'books', 'florist', 'garage', 'museum', 'pharmacy', 'school', 'theatre'];
const TOWNS = ['ashford', 'bergen', 'cork', 'delft', 'evora', 'fulda', 'ghent', 'lund', 'porto'];
const STATUSES = [
  'issued',
  'pending',
  'issued',
  'issued',
  'reissue_pending',
  'canceled',
  'expired',
];
const METHODS = ['email', 'email', 'dns-txt-token'];

const NEWEST = Date.UTC(2026, 10, 27, 12);
const HOUR_MS = 3_600_000;

export function generateOrders(count: number): Readonly<Record<string, SimulatedOrder>> {
  const pick = (list: readonly string[], index: number) => list[index % list.length] ?? '';
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const name = `${pick(SHOPS, index)}${index}.${pick(TOWNS, index * 7)}.example`;
      const info = {
        status: pick(STATUSES, index),
        dcv_method: pick(METHODS, index),
        date_created: new Date(NEWEST - index * HOUR_MS).toISOString(),
        certificate: { common_name: name, dns_names: [name, `www.${name}`] },
        product: { name_id: 'ssl_dv_geotrust', name: 'GeoTrust DV SSL' },
      };
      return [String(FIRST_ID + count - index), { summary: name, resend: accept, info }];
    }),
  );
}
