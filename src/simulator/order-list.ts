// `GET /order/certificate`: the account's orders, filtered, sorted and in pages.
import type { Json, SimulatedAccount } from './orders';
import { json, type Responder, refuse } from './responders';

/** What to search for, to see a list that fails. */
const FAILURES: Readonly<Record<string, Responder>> = {
  'simulator:400': refuse(400, 'simulator|refused', 'The simulator refuses this filter.'),
  'simulator:429': refuse(429, 'request_limit_exceeded', 'Too many requests'),
  'simulator:500': refuse(500, 'internal_error', 'Internal error'),
};

export function respondWithList(account: SimulatedAccount, parameters: URLSearchParams): Responder {
  const filterBy = (name: string) => parameters.get(`filters[${name}]`)?.toLowerCase();
  const [domainName, status, search] = ['domain_name', 'status', 'search'].map(filterBy);
  const failure = FAILURES[search ?? ''];
  if (failure) {
    return failure;
  }
  const orders = Object.entries(account)
    .flatMap(([id, { info }]) => (typeof info === 'object' ? [toRow(id, info)] : []))
    .filter(({ names }) => domainName === undefined || names.includes(domainName))
    .filter(({ row }) => status === undefined || row.status === status)
    .filter(({ names: [commonName = ''] }) => search === undefined || commonName.includes(search))
    .toSorted((one, other) => compare(one.row, other.row, parameters.get('sort') ?? ''));
  const offset = Number(parameters.get('offset') ?? 0);
  const limit = Math.min(Number(parameters.get('limit') ?? 1_000), 1_000);
  return json(200, {
    orders: orders.slice(offset, offset + limit).map(({ row }) => row),
    page: { total: orders.length, limit, offset },
  });
}

function toRow(id: string, { status, date_created, certificate, product }: Json) {
  const { common_name: commonName, dns_names: dnsNames } = Object(certificate);
  return {
    row: { id: Number(id), certificate, status, date_created: String(date_created ?? ''), product },
    names: [commonName, ...(dnsNames ?? [])].map(String),
  };
}

interface Row {
  readonly id: number;
  readonly date_created: string;
}

/** By date, of which DigiCert's are texts that sort, and then by id. `-date_created`: the newest first. */
function compare(one: Row, other: Row, sort: string): number {
  const byDate = one.date_created.localeCompare(other.date_created) || one.id - other.id;
  return sort.startsWith('-') ? -byDate : byDate;
}
