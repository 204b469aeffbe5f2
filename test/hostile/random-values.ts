// Any value for any input type of the schema: what is valid, what is wrong, and much of both.
import fc from 'fast-check';
import {
  type GraphQLInputType,
  GraphQLNonNull,
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
      'ResendDvEmailsError',
      'ResendDvEmailsResult',
      'ID',
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
  .tuple(fc.nat(), fc.integer({ min: 1, max: 3 }))
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
  return fc.oneof(
    { weight: 3, arbitrary: valueOfType(type, name, true) },
    { weight: 2, arbitrary: valueOfType(type, name, false) },
  );
}

/** `isGood`: with nothing in it that would be refused. */
function valueOfType(type: GraphQLInputType, name: string, isGood: boolean): fc.Arbitrary<unknown> {
  const known = getNullableType(type) as GraphQLInputType;
  if (!isNonNullType(type) && !isGood) {
    return fc.option(valueOfType(new GraphQLNonNull(known), name, isGood), { freq: 9 });
  }
  if (isListType(known)) {
    return String(known).includes('_Any')
      ? references(isGood)
      : lists(valueOfType(known.ofType, name, isGood), isGood ? 250 : 300);
  }
  if (isInputObjectType(known)) {
    const fields = Object.values(known.getFields());
    const required = fields.filter((field) => isGood || isNonNullType(field.type));
    return fc.record(
      Object.fromEntries(
        fields.map((field) => [field.name, valueOfType(field.type, field.name, isGood)]),
      ),
      { requiredKeys: required.map((field) => field.name) },
    );
  }
  if (isEnumType(known)) {
    return fc.constantFrom(...known.getValues().map((value) => value.name));
  }
  switch (known.name) {
    case 'ID':
      return isGood ? fc.constantFrom(...LARGE_ORDER_IDS) : orderId;
    case 'Boolean':
      // Most of the document is to be executed.
      return fc.integer({ min: 0, max: 3 }).map((number) => number > 0);
    case 'Int':
      return isGood ? fc.integer({ min: 1, max: 100 }) : fc.integer();
    case '_Any':
      return isGood ? goodReference : fc.oneof(goodReference, badReference);
    default:
      return isGood ? (TEXTS[name] ?? goodDomain) : fc.oneof(TEXTS[name] ?? badText, badText);
  }
}

/** Short ones and long ones, up to a bound. */
function lists(entry: fc.Arbitrary<unknown>, bound: number): fc.Arbitrary<unknown> {
  const ofLength = (minLength: number, maxLength: number) =>
    fc.array(entry, { minLength, maxLength, size: 'max' });
  return fc.oneof(ofLength(1, 5), ofLength(Math.floor(bound / 2), bound));
}

function references(isGood: boolean): fc.Arbitrary<unknown> {
  return isGood
    ? lists(goodReference, 50)
    : fc.oneof(
        lists(badReference, 50),
        lists(fc.oneof(goodReference, badReference), 50),
        lists(fc.oneof(goodReference, badReference), 1_000),
      );
}
