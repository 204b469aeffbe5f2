// Any value for any input type of the schema: what is asked for, what is wrong, and much of both.
import fc from 'fast-check';
import {
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { LARGE_ORDER_IDS, SMALL_ORDER_IDS, toName } from './large-orders';

const LONG = 5_000;

const badId = fc.constantFrom<unknown>(
  '',
  'x',
  '-1',
  ' 20001',
  '２０００１',
  '9'.repeat(21),
  '9'.repeat(LONG),
  '\u202e10002',
  '\0',
  -1,
  1e17,
);
const orderId = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom<unknown>(...LARGE_ORDER_IDS) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(...LARGE_ORDER_IDS.map(Number)) },
  { weight: 3, arbitrary: fc.constantFrom<unknown>(...SMALL_ORDER_IDS) },
  { weight: 1, arbitrary: fc.integer({ min: 30_000, max: 40_000 }) },
  { weight: 1, arbitrary: badId },
);

const goodReference = fc.record({
  __typename: fc.constant('CertificateOrder'),
  id: fc.constantFrom(...LARGE_ORDER_IDS),
});
const badReference = fc.oneof(
  fc.record({
    __typename: fc.constantFrom<unknown>(
      'Order',
      'Query',
      'CertificateOrderDomain',
      '_Any',
      '__proto__',
      'x'.repeat(LONG),
      5,
      null,
      ['CertificateOrder'],
    ),
    id: orderId,
  }),
  fc.record({ __typename: fc.constant('CertificateOrder'), id: fc.oneof(badId, fc.jsonValue()) }),
  fc.record({ id: orderId }),
  // Null would be refused with the variables.
  fc.jsonValue({ maxDepth: 1 }).filter((value) => value !== null),
);

const goodDomain = fc
  .tuple(fc.nat({ max: 400 }), fc.integer({ min: 1, max: 3 }))
  .map(([index, labels]) => toName(index, labels, 20 + labels * 10));
const goodEmail = goodDomain.map((domain) => `admin@${domain}`);
const badText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    'exa mple.com',
    'a@b@example.com',
    '\u001b[31m\u202emoc.elpmaxe',
    'ｅｘａｍｐｌｅ.com',
    'xn--a.com',
    'x'.repeat(300),
    'a.'.repeat(LONG),
    `${'@'.repeat(LONG)}.com`,
    ' '.repeat(LONG),
  ),
);
const TEXTS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  domain: goodDomain,
  emailDomain: fc.constant('example.com'),
  email: goodEmail,
  locale: fc.constantFrom('en', 'pt-BR'),
};

/** A value that can be sent as JSON for a variable of the type. `name` is that of the argument or field. */
export function randomValue(type: GraphQLInputType, name: string): fc.Arbitrary<unknown> {
  if (!isNonNullType(type)) {
    return fc.oneof(
      { weight: 9, arbitrary: randomNonNull(type, name) },
      { weight: 1, arbitrary: fc.constant(null) },
    );
  }
  return randomNonNull(getNullableType(type) as GraphQLInputType, name);
}

function randomNonNull(type: GraphQLInputType, name: string): fc.Arbitrary<unknown> {
  if (isListType(type)) {
    return String(type).includes('_Any')
      ? references()
      : lists(randomValue(type.ofType, name), 250);
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    return fc.record(
      Object.fromEntries(fields.map((field) => [field.name, randomValue(field.type, field.name)])),
      {
        requiredKeys: fields.filter(({ type: of }) => isNonNullType(of)).map((field) => field.name),
      },
    );
  }
  if (isEnumType(type)) {
    return fc.constantFrom(...type.getValues().map((value) => value.name));
  }
  switch (String(type)) {
    case 'ID':
      return orderId;
    case 'Boolean':
      return fc.boolean();
    case 'Int':
      return fc.oneof(fc.nat({ max: 100 }), fc.integer());
    case '_Any':
      return fc.oneof(goodReference, badReference);
    default:
      return fc.oneof(
        { weight: 5, arbitrary: TEXTS[name] ?? badText },
        { weight: 1, arbitrary: badText },
      );
  }
}

/** Short ones, long ones up to a bound, and a few beyond it. */
function lists(entry: fc.Arbitrary<unknown>, bound: number): fc.Arbitrary<unknown> {
  const ofLength = (minLength: number, maxLength: number) =>
    fc.array(entry, { minLength, maxLength, size: 'max' });
  return fc.oneof(
    { weight: 4, arbitrary: ofLength(0, 5) },
    { weight: 5, arbitrary: ofLength(Math.floor(bound / 2), bound) },
    { weight: 1, arbitrary: ofLength(bound + 1, 4 * bound) },
  );
}

function references(): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 4, arbitrary: lists(goodReference, 50) },
    { weight: 1, arbitrary: lists(badReference, 50) },
    { weight: 1, arbitrary: lists(fc.oneof(goodReference, badReference), 50) },
    { weight: 1, arbitrary: lists(badReference, 1_000) },
  );
}
