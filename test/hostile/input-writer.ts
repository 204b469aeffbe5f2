// Values of arguments, written into the document or as variables beside it.
import fc from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  parseConstValue,
} from 'graphql';
import type { Dice } from './dice';
import { randomValue } from './random-values';

/** Tokens of a value that is written into the document; a larger one becomes a variable. */
const MAX_LITERAL_TOKENS = 60;

/** What a request may still grow by. */
export class Room {
  constructor(
    public tokens: number,
    public bytes: number,
  ) {}

  spend(text: string): string {
    this.tokens -= countTokens(text);
    this.bytes -= toBytes(text);
    return text;
  }

  /** Writes with a part of the tokens. */
  share(part: number, write: () => string): string {
    const kept = Math.floor(this.tokens * (1 - part));
    this.tokens -= kept;
    const text = write();
    this.tokens += kept;
    return text;
  }
}

export class InputWriter {
  readonly #variables: { name: string; type: string; value: unknown }[] = [];

  constructor(
    private readonly dice: Dice,
    private readonly room: Room,
  ) {}

  /** `(id: "20001", first: $variable1 )`, or nothing. */
  toArguments(args: readonly GraphQLArgument[]): string {
    const given = args
      .filter(({ type }) => isNonNullType(type) || this.dice.chance(60))
      .map(({ name, type }) => `${name}: ${this.toValue(type, name)}`);
    return given.length > 0 ? `(${given.join(', ')})` : '';
  }

  /** Half of the time a variable that is there already: what is large is then requested repeatedly. */
  toValue(type: GraphQLInputType, name: string): string {
    const known = this.dice.pick(
      this.#variables.filter((variable) => variable.type === String(type)),
    );
    if (known && this.dice.chance(50)) {
      return `$${known.name} `;
    }
    let value = this.dice.draw(randomValue(type, name));
    for (let round = 0; round < 10 && toBytes(value) > this.room.bytes / 2; round += 1) {
      value = halve(value);
    }
    const literal = toLiteral(value, type);
    if (countTokens(literal) < MAX_LITERAL_TOKENS && isLiteral(literal) && this.dice.chance(40)) {
      return literal;
    }
    this.room.bytes -= toBytes(value);
    const variable = { name: `variable${this.#variables.length}`, type: String(type), value };
    this.#variables.push(variable);
    this.room.spend(`$${variable.name}: ${variable.type}`);
    return `$${variable.name} `;
  }

  /** What the definitions use, as it is declared and as it is sent. Now and then a value is of a wrong type. */
  toVariables(definitions: string): { declared: string; values: Record<string, unknown> } {
    const used = this.#variables.filter(({ name }) => definitions.includes(`$${name} `));
    const declared = used.map(({ name, type }) => `$${name}: ${type}`).join(', ');
    const wrong = this.dice.chance(2) ? this.dice.pick(used)?.name : undefined;
    const values = used.map(({ name, value }) => [
      name,
      name === wrong ? this.dice.draw(fc.jsonValue()) : value,
    ]);
    return { declared: declared && `(${declared})`, values: Object.fromEntries(values) };
  }
}

/** A value as it is written into a document; a key that is no name makes what {@link isLiteral} refuses. */
function toLiteral(value: unknown, type?: GraphQLInputType): string {
  const known = type && (getNullableType(type) as GraphQLInputType);
  if (Array.isArray(value)) {
    const items = value.map((item) =>
      toLiteral(item, isListType(known) ? known.ofType : undefined),
    );
    return `[${items.join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = isInputObjectType(known) ? known.getFields() : {};
    const entries = Object.entries(value);
    return `{${entries.map(([key, item]) => `${key}: ${toLiteral(item, fields[key]?.type)}`).join(', ')}}`;
  }
  return isEnumType(known) ? String(value) : JSON.stringify(value);
}

function isLiteral(text: string): boolean {
  try {
    parseConstValue(text);
    return true;
  } catch {
    return false;
  }
}

const TOKEN = /\w+|"(?:\\.|[^"\\])*"|\.\.\.|[!$&()=:@[\]{|}]/g;

const countTokens = (text: string) => text.match(TOKEN)?.length ?? 0;

const toBytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

/** Half of every list. */
function halve(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.slice(0, value.length / 2).map(halve);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, halve(item)]))
    : value;
}
