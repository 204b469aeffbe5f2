// Random valid requests, for any schema: wide, deep, and mostly as large as the gateway accepts.
import fc from 'fast-check';
import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
} from 'graphql';
import { LIBRARY_LIMITS, MAX_TOKENS } from '../../src/graphql/guards/document-limits';
import { Dice } from './dice';
import { InputWriter, Room } from './input-writer';
import { OutputTypes } from './output-types';

/** A little below what the gateway takes (document-limits.ts), as a document is not measured exactly while it grows. */
const TOKENS = MAX_TOKENS - 100;
const MAX_SELECTIONS = LIBRARY_LIMITS.maxRecursiveSelections - 30;
const MAX_ALIASES = 30;
const MAX_DIRECTIVES = 20;
const MAX_DEPTH = 12;
const MAX_MUTATION_FIELDS = 10;
const MAX_BYTES = 90_000;

/** Aliases that a careless use of objects as maps would trip over. */
const ODD_ALIASES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'toJSON'];

export interface RandomRequest {
  readonly query: string;
  readonly operationName: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export function randomRequest(schema: GraphQLSchema): fc.Arbitrary<RandomRequest> {
  const types = new OutputTypes(schema);
  return fc.gen().map((generate) => new RequestWriter(types, new Dice(generate)).write());
}

/** What is selected in one definition with its fragments spread, as the gateway counts it. */
interface Extent {
  selections: number;
  rootFields: number;
  depth: number;
}

interface Fragment extends Extent {
  readonly name: string;
  readonly type: GraphQLCompositeType;
  readonly text: string;
}

class RequestWriter {
  readonly #room: Room;
  readonly #input: InputWriter;
  #aliases = MAX_ALIASES;
  #directives = MAX_DIRECTIVES;
  readonly #oddAliases = [...ODD_ALIASES];
  readonly #fragments: Fragment[] = [];
  /** `alias: field(arguments)` as written before, by type and field. An alias stands for one of them only. */
  readonly #heads = new Map<string, string[]>();

  constructor(
    private readonly types: OutputTypes,
    private readonly dice: Dice,
  ) {
    const tokens = this.dice.chance(50) ? TOKENS : this.dice.integer(20, TOKENS);
    this.#room = new Room(tokens, MAX_BYTES);
    this.#input = new InputWriter(dice, this.#room);
  }

  write(): RandomRequest {
    const { schema } = this.types;
    const isMutation = this.dice.chance(40);
    const root = (
      isMutation ? schema.getMutationType() : schema.getQueryType()
    ) as GraphQLObjectType;
    const types = this.types.listReachable(root);
    for (let count = this.dice.integer(0, 4); count > 0; count -= 1) {
      this.#writeFragment(this.#pickHeavy(types, (type) => type));
    }
    const extent = { selections: 0, rootFields: 0, depth: 0 };
    let body = this.#selectionSet(root, extent, 1);
    // Fragments may use fragments that were written before.
    for (const { name, text } of [...this.#fragments].reverse()) {
      body += body.includes(`...${name} `) ? ` ${text}` : '';
    }
    const { declared, values } = this.#input.toVariables(body);
    const other = this.dice.chance(5) ? 'query Other { __typename } ' : '';
    return {
      query: `${other}${isMutation ? 'mutation' : 'query'} Main${declared} ${body}`,
      operationName: 'Main',
      variables: values,
    };
  }

  #writeFragment(type: GraphQLCompositeType): void {
    const name = `Fragment${this.#fragments.length}`;
    const extent = { selections: 0, rootFields: 0, depth: 0 };
    // The operation wants some of the room, too.
    const selections = this.#room.share(1 / 4, () => this.#selectionSet(type, extent, 1));
    const text = `fragment ${name} on ${type} ${selections}`;
    this.#fragments.push({ name, type, text, ...extent });
  }

  #selectionSet(type: GraphQLCompositeType, extent: Extent, depth: number): string {
    extent.depth = Math.max(extent.depth, depth);
    const selections: string[] = [];
    const most = depth === 1 || isUnionType(type) ? 12 : 6;
    for (let count = this.dice.integer(1, most); count > 0; count -= 1) {
      const isFull =
        type === this.types.schema.getMutationType() && extent.rootFields >= MAX_MUTATION_FIELDS;
      if (this.#room.tokens > 20 && extent.selections < MAX_SELECTIONS && !isFull) {
        extent.selections += 1;
        selections.push(this.#selection(type, extent, depth));
      }
    }
    if (selections.length === 0) {
      extent.selections += 1;
      selections.push(this.#room.spend('__typename'));
    }
    return `{ ${selections.join(' ')} }`;
  }

  #selection(type: GraphQLCompositeType, extent: Extent, depth: number): string {
    const { schema } = this.types;
    const fragment = this.dice.pick(
      this.#fragments.filter(
        (candidate) =>
          (candidate.type === type || this.types.listConditions(type).includes(candidate.type)) &&
          extent.selections + candidate.selections <= MAX_SELECTIONS &&
          extent.rootFields + candidate.rootFields <= MAX_MUTATION_FIELDS &&
          depth + candidate.depth <= MAX_DEPTH,
      ),
    );
    if (fragment && this.dice.chance(25)) {
      extent.selections += fragment.selections;
      extent.rootFields += fragment.rootFields;
      extent.depth = Math.max(extent.depth, depth + fragment.depth);
      return this.#room.spend(`...${fragment.name} ${this.#directive()}`);
    }
    if (isUnionType(type) || this.dice.chance(isAbstractType(type) ? 50 : 8)) {
      const others = this.types.listConditions(type);
      const condition =
        others.length > 0 && this.dice.chance(80)
          ? this.#pickHeavy(others, (candidate) => candidate)
          : type;
      const head = this.#room.spend(`... on ${condition} ${this.#directive()} { }`).slice(0, -3);
      // Of a union only what is selected of the right member is there, so each gets a part.
      const part = isAbstractType(type) ? 1 / 3 : 1;
      return head + this.#room.share(part, () => this.#selectionSet(condition, extent, depth));
    }
    extent.rootFields += type === schema.getMutationType() ? 1 : 0;
    if (depth === MAX_DEPTH || this.dice.chance(5)) {
      return this.#room.spend('__typename');
    }
    const fields = Object.values(type.getFields());
    return this.#field(
      type,
      this.#pickHeavy(fields, (field) => field.type),
      extent,
      depth,
    );
  }

  #field(
    parent: GraphQLCompositeType,
    field: GraphQLField<unknown, unknown>,
    extent: Extent,
    depth: number,
  ): string {
    const head = this.#room.spend(`${this.#head(parent, field)} ${this.#directive()}`);
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) {
      return head;
    }
    this.#room.spend('{ }');
    return `${head}${this.#selectionSet(type, extent, depth + 1)}`;
  }

  /** A new alias, one of before, or none. Without an alias the arguments are always the same ones. */
  #head(parent: GraphQLCompositeType, { name, args }: GraphQLField<unknown, unknown>): string {
    const key = `${parent}.${name}`;
    const heads = this.#heads.get(key) ?? [];
    this.#heads.set(key, heads);
    const hasAlias = this.#aliases > 0 && this.dice.chance(args.length > 0 ? 80 : 40);
    const plain = heads.find((head) => head.startsWith(`${name} `) || head.startsWith(`${name}(`));
    const known = hasAlias ? this.dice.pick(heads.filter((head) => head !== plain)) : plain;
    this.#aliases -= hasAlias ? 1 : 0;
    if (known && (!hasAlias || this.dice.chance(25))) {
      return known;
    }
    const head = `${hasAlias ? `${this.#alias()}: ` : ''}${name}${this.#input.toArguments(args)} `;
    heads.push(head);
    return head;
  }

  #alias(): string {
    if (this.dice.chance(5)) {
      const odd = this.#oddAliases.shift();
      if (odd) {
        return odd;
      }
    }
    // About as long as it may be.
    const length = this.dice.chance(15) ? this.dice.integer(50, 91) : 0;
    return `alias${this.#aliases}${'_'.repeat(length < this.#room.bytes / 4 ? length : 0)}`;
  }

  #directive(): string {
    if (this.#directives === 0 || !this.dice.chance(5)) {
      return '';
    }
    this.#directives -= 1;
    const name = this.dice.chance(80) ? 'include' : 'skip';
    const type = this.types.schema.getDirective(name)?.args[0]?.type;
    return type && this.dice.chance(50)
      ? `@${name}(if: ${this.#input.toValue(type, 'if')}) `
      : `@${name}(if: ${name === 'include'}) `;
  }

  /** Mostly what has lists below it. */
  #pickHeavy<Item>(items: readonly Item[], toType: (item: Item) => GraphQLOutputType): Item {
    return this.dice.pickWeighted(items, (item) => 1 + 2 * this.types.measureHeight(toType(item)));
  }
}
