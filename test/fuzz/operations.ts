import fc from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isUnionType,
} from 'graphql';

/** Draws values that a failure can be made smaller by. */
type Draw = fc.GeneratorValue;

export interface Operation {
  query: string;
  variables: Record<string, unknown>;
}

const DEEPEST = 4;
/** Of a hundred values so many are of another type than is asked for. */
const WRONG = 4;

/** Texts that somebody tries who wants to see what happens. */
const HOSTILE = [
  '',
  '\0',
  '\ud800',
  '\u202e',
  "'; --",
  '%s%n',
  '{{7*7}}',
  '../../etc/passwd',
  'a'.repeat(5_000),
  'name==*',
  'name=in=(a,b)',
  `${'('.repeat(70)}a==b`,
  '0 0 0 30 2 ? *',
  'PT1H',
  '2026-02-30T25:00:00Z',
  '9'.repeat(30),
  '-1',
  'NaN',
  '__proto__',
  'http://[::1',
  '💥',
];
const NUMBERS = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, 1e308, 0.5, 500, 501];

/** Makes operations of a schema: valid ones, and such as are nearly. */
export function operations(schema: GraphQLSchema): fc.Arbitrary<Operation> {
  const nodes = schema.getPossibleTypes(schema.getType('Node') as never).map(({ name }) => name);
  const all = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  return fc.gen().map((draw) => new Writer(draw, schema, nodes, all).operation());
}

class Writer {
  readonly #variables: Record<string, unknown> = {};
  readonly #declared: string[] = [];
  readonly #draw: Draw;
  readonly #schema: GraphQLSchema;
  readonly #nodes: readonly string[];
  readonly #types: readonly GraphQLNamedType[];

  constructor(
    draw: Draw,
    schema: GraphQLSchema,
    nodes: readonly string[],
    types: readonly GraphQLNamedType[],
  ) {
    this.#draw = draw;
    this.#schema = schema;
    this.#nodes = nodes;
    this.#types = types;
  }

  operation(): Operation {
    const kind = this.#pick(['query', 'query', 'mutation'] as const);
    const root = kind === 'query' ? this.#schema.getQueryType()! : this.#schema.getMutationType()!;
    const body = this.#selection(root, 0);
    const head = this.#declared.length ? `${kind} (${this.#declared.join(', ')})` : kind;
    return { query: `${head} ${body}`, variables: this.#variables };
  }

  #selection(type: GraphQLNamedType, depth: number): string {
    if (isUnionType(type) || (isInterfaceType(type) && this.#oneIn(2))) {
      const possible = this.#pick(this.#schema.getPossibleTypes(type as never));
      return `{ __typename ... on ${possible.name} ${this.#selection(possible, depth + 1)} }`;
    }
    const fields = Object.values((type as GraphQLObjectType).getFields());
    const leaves = fields.filter((field) => !isCompositeType(getNamedType(field.type)));
    const from = depth < DEEPEST ? fields : leaves;
    if (!from.length) return '{ __typename }';
    const chosen = Array.from({ length: this.#upTo(depth ? 4 : 2) + 1 }, () => this.#pick(from));
    const parts = chosen.map((field, index) => {
      const alias = depth === 0 || field.args.length ? `a${depth}_${index}: ` : '';
      const named = getNamedType(field.type);
      const below = isCompositeType(named) ? ` ${this.#selection(named, depth + 1)}` : '';
      return `${alias}${this.#oneIn(200) ? `${field.name}x` : field.name}${this.#args(field.args)}${below}`;
    });
    return `{ ${parts.join(' ')} }`;
  }

  #args(args: readonly GraphQLArgument[]): string {
    const given = args.filter(({ type }) => isNonNullType(type) || this.#oneIn(2));
    if (!given.length) return '';
    const values = given.map(({ name, type }) => {
      const value = this.#value(type, 0);
      if (this.#oneIn(3)) return `${name}: ${literal(value)}`;
      const variable = `v${this.#declared.length}`;
      this.#declared.push(`$${variable}: ${type}`);
      this.#variables[variable] = plain(value);
      return `${name}: $${variable}`;
    });
    return `(${values.join(', ')})`;
  }

  #value(type: GraphQLInputType, depth: number): unknown {
    if (this.#oneIn(100 / WRONG)) return this.#hostile();
    if (isNonNullType(type)) return this.#value(type.ofType, depth);
    if (this.#oneIn(12)) return null;
    if (isListType(type)) return Array.from({ length: this.#upTo(3) }, () => this.#value(type.ofType, depth));
    if (isInputObjectType(type)) return this.#object(type, depth);
    if (isEnumType(type)) return new Word(this.#pick(type.getValues()).name);
    return this.#scalar(type.name);
  }

  #object(type: Extract<GraphQLInputType, { getFields(): unknown }>, depth: number): object {
    const fields = Object.values(type.getFields());
    const wanted = type.isOneOf
      ? [this.#pick(fields)]
      : fields.filter((field) => isNonNullType(field.type) || (depth < DEEPEST && this.#oneIn(3)));
    return Object.fromEntries(wanted.map((field) => [field.name, this.#value(field.type, depth + 1)]));
  }

  #scalar(name: string): unknown {
    if (name === 'Boolean') return this.#oneIn(2);
    if (/ID$/.test(name)) return `${this.#pick(this.#nodes)}:${this.#upTo(9)}`;
    if (/Int|Float|Long|Big/.test(name)) return this.#oneIn(3) ? this.#pick(NUMBERS) : this.#upTo(50);
    if (/Date/.test(name))
      return new Date(Date.UTC(2026, 10, 30) + this.#upTo(1_000_000) * 1_000).toISOString();
    return this.#oneIn(3) ? this.#pick(HOSTILE) : this.#draw(fc.string, { maxLength: 12 });
  }

  #hostile(): unknown {
    return this.#pick<unknown>([
      ...HOSTILE,
      ...NUMBERS,
      true,
      [],
      {},
      [[[[]]]],
      { a: { b: [] } },
      new Word(this.#pick(this.#types).name),
    ]);
  }

  #pick = <T>(items: readonly T[]): T => items[this.#draw(fc.nat, { max: items.length - 1 })]!;
  #upTo = (most: number): number => this.#draw(fc.nat, { max: most });
  #oneIn = (count: number): boolean => this.#upTo(Math.max(Math.round(count) - 1, 1)) === 0;
}

/** A word of an enumeration: in variables a text. */
class Word {
  readonly word: string;
  constructor(word: string) {
    this.word = word;
  }
}

function plain(value: unknown): unknown {
  if (value instanceof Word) return value.word;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}

function literal(value: unknown): string {
  if (value instanceof Word) return value.word;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, one]) => `${name}: ${literal(one)}`)
    .join(', ')}}`;
}
