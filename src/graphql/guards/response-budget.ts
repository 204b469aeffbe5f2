// How much one response may hold. Aliases times lists times references multiply what a small document selects, so
// every list is measured, as it will be in the response, before graphql-js completes its items.
import type { GraphQLResolveInfo } from 'graphql';
import { CodedError } from '../../lib/coded-error';
import { type SelectedField, toSelection } from '../selection';

/**
 * Bytes of JSON in the lists of one response: four times an order with 250 names and everything selected. What
 * is not in a list is bounded by the document's limits.
 */
const MAX_LIST_BYTES = 1_000_000;

/** Bytes of a value that is not known yet: a status, a list that is measured by itself. */
const UNKNOWN_VALUE_BYTES = 100;

/** Quotes, colon and comma around a key, and a comma behind a value. */
const PUNCTUATION_BYTES = 4;

/** ASCII that JSON writes as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

const ADVICE = `The lists of one response may have ${MAX_LIST_BYTES} bytes in all: ask for fewer orders or fields, and for each list once.`;

const TOO_LARGE = new CodedError('RESPONSE_TOO_LARGE', `${ADVICE} Lists from here on are null.`);

const NOT_SENT = new CodedError('RESPONSE_TOO_LARGE', `${ADVICE} Nothing was sent.`);

/** What every response has to itself. */
export class ResponseBudget {
  #left = MAX_LIST_BYTES;

  /** Throws once something did not fit: before a list is made that would not fit either. */
  assertLeft(): void {
    if (this.#left < 0) {
      throw TOO_LARGE;
    }
  }

  /**
   * Takes the room that the result of a field will need, before the field does something. Throws if there is too
   * little. The returned function gives it back.
   */
  reserve(result: object, info: GraphQLResolveInfo): () => void {
    const size = measure(result, toSelection(info));
    if (!this.#take(size)) {
      throw NOT_SENT;
    }
    return () => {
      this.#left += size;
    };
  }

  /** Takes the room that the value of a field needs. Throws if there is too little. */
  spend<Value>(value: Value, info: GraphQLResolveInfo): Value {
    this.assertLeft();
    this.#left -= measure(value, toSelection(info));
    this.assertLeft();
    return value;
  }

  /** As many of a field's items as there is room for: details that may be left out. */
  spendOnFirst<Item>(name: string, items: readonly Item[], info: GraphQLResolveInfo): Item[] {
    const selection = toSelection(info).filter((field) => field.name === name);
    const end = items.findIndex((item) => !this.#take(measure({ [name]: item }, selection)));
    return items.slice(0, end === -1 ? undefined : end);
  }

  #take(size: number): boolean {
    const fits = size <= this.#left;
    this.#left -= fits ? size : 0;
    return fits;
  }
}

/** Bytes of a value in JSON, as far as it is there already: what has a resolver of its own counts by estimate. */
function measure(value: unknown, selection: readonly SelectedField[]): number {
  if (Array.isArray(value)) {
    return value.reduce((sum: number, item) => sum + measure(item, selection), 0);
  }
  if (typeof value === 'string') {
    const bytes = PLAIN.test(value) ? value.length + 2 : Buffer.byteLength(JSON.stringify(value));
    return bytes + PUNCTUATION_BYTES;
  }
  if (typeof value !== 'object' || value === null || selection.length === 0) {
    return UNKNOWN_VALUE_BYTES;
  }
  return selection.reduce(
    (sum, field) =>
      sum +
      field.responseKey.length +
      PUNCTUATION_BYTES +
      measure((value as Readonly<Record<string, unknown>>)[field.name], field.selection),
    PUNCTUATION_BYTES,
  );
}
