// Which media type a response has, by the Accept header of its request (RFC 9110, section 12.5.1).
import Negotiator from 'negotiator';

export const JSON_TYPE = 'application/json; charset=utf-8';

/** By which a client knows also a response with 4xx or 5xx as GraphQL's (GraphQL over HTTP, section 6.4). */
export const GRAPHQL_TYPE = 'application/graphql-response+json; charset=utf-8';

/** Apollo Server's, in its order; the last is what a router with subscriptions by callback asks for. */
const TYPES = [JSON_TYPE, GRAPHQL_TYPE, 'application/json; callbackSpec=1.0; charset=utf-8'];

const negotiate = (accept: string, types: string[]) =>
  new Negotiator({ headers: { accept } }).mediaType(types);

/** `undefined`: none of ours is acceptable. An empty header is none. */
export function chooseType(accept: string | undefined): string | undefined {
  return accept
    ? (negotiate(accept, TYPES) ?? negotiate(dropParameters(accept), TYPES))
    : JSON_TYPE;
}

export function prefersPage(accept = ''): boolean {
  return negotiate(accept, [...TYPES, 'text/html']) === 'text/html';
}

/** The acceptable types alone, best first. No parameter but `q` makes a response in JSON another one. */
function dropParameters(accept: string): string {
  return new Negotiator({ headers: { accept } }).mediaTypes().join(', ');
}
