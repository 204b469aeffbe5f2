// The schema as frontends read it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  parse,
  validate,
} from 'graphql';
import { ResendDvEmailsDocument } from '../../src/client/operations';
import { printGatewaySchema } from '../../src/graphql/schema';

const schema = buildSchema(printGatewaySchema(), { assumeValidSDL: true });
const ours = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));

describe('the schema', () => {
  it('describes every type, field, argument and enum value', () => {
    const mute: string[] = [];
    const check = (name: string, description: string | null | undefined) => {
      if (!description) {
        mute.push(name);
      }
    };
    for (const type of ours) {
      if (!['String', 'Boolean', 'ID', 'Int', 'Query', 'Mutation'].includes(type.name)) {
        check(type.name, type.description);
      }
      if (isObjectType(type) || isInterfaceType(type)) {
        for (const field of Object.values(type.getFields())) {
          check(`${type.name}.${field.name}`, field.description);
          for (const argument of field.args) {
            check(`${type.name}.${field.name}(${argument.name})`, argument.description);
          }
        }
      } else if (isInputObjectType(type)) {
        for (const field of Object.values(type.getFields())) {
          check(`${type.name}.${field.name}`, field.description);
        }
      } else if (isEnumType(type)) {
        for (const value of type.getValues()) {
          check(`${type.name}.${value.name}`, value.description);
        }
      }
    }
    expect(mute).toEqual([]);
  });

  it('has the mutation of the contract, nullable, with its arguments in order', () => {
    const field = schema.getMutationType()?.getFields().resendDvEmails;
    expect(String(field?.type)).toBe('ResendDvEmailsResult');
    expect(field?.args.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'orderId: ID!',
      'input: ResendDvEmailsInput',
    ]);
  });

  it('gives every error member of the union the error interface', () => {
    const union = schema.getType('ResendDvEmailsResult');
    const members = isUnionType(union) ? union.getTypes() : [];
    expect(members.map(({ name }) => name)).toEqual([
      'ResendDvEmailsSuccess',
      'ResendDvEmailsInvalidInputError',
      'ResendDvEmailsOrderNotFoundError',
      'ResendDvEmailsOrderNotEligibleError',
      'ResendDvEmailsAccessDeniedError',
      'ResendDvEmailsRateLimitedError',
      'ResendDvEmailsUpstreamError',
    ]);
    for (const member of members.slice(1)) {
      expect(member.getInterfaces().map(({ name }) => name)).toEqual(['ResendDvEmailsError']);
    }
  });

  it('has no two members whose fields of one name differ in type', () => {
    // A query that selects everything everywhere must be valid without an alias.
    expect(validate(schema, ResendDvEmailsDocument)).toEqual([]);
    const selectAll = (type: GraphQLOutputType): string => {
      const named = getNamedType(type);
      if (isUnionType(named)) {
        const members = named
          .getTypes()
          .map((member) => `... on ${member.name} ${selectAll(member)}`);
        return `{ __typename ${members.join(' ')} }`;
      }
      if (!isObjectType(named)) {
        return '';
      }
      const fields = Object.values(named.getFields());
      return `{ ${fields.map((field) => `${field.name} ${selectAll(field.type)}`).join(' ')} }`;
    };
    const result = schema.getMutationType()?.getFields().resendDvEmails?.type;
    const everything = result ? selectAll(result) : '';
    expect(everything).toContain('lastResend { attemptedAt');
    const query = `mutation { resendDvEmails(orderId: "1") ${everything} }`;
    expect(validate(schema, parse(query))).toEqual([]);
  });

  it('is committed as it is served', () => {
    const committed = readFileSync(join(__dirname, '..', '..', 'schema', 'schema.graphql'), 'utf8');
    expect(printGatewaySchema()).toBe(committed);
  });
});
