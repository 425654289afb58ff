/** A JSON Schema as OpenAPI 3.1 has it. */
export type Schema = Readonly<Record<string, unknown>>;
export type Schemas = Readonly<Record<string, Schema>>;

/** The schemas that have a name of their own; the whole document refers to them by it. */
const named = new Map<string, Schema>();

/** Gives a schema a name. @returns a reference to it */
export function component(name: string, schema: Schema): Schema {
  if (named.has(name)) throw new Error(`There are two schemas of the name ${name}`);
  named.set(name, schema);
  return { $ref: `#/components/schemas/${name}` };
}

export const components = (): Schemas => Object.fromEntries(named);

const of =
  (schema: Schema) =>
  (description?: string, more: Schema = {}): Schema => ({
    ...schema,
    ...(description && { description }),
    ...more,
  });

export const text = of({ type: 'string' });
export const flag = of({ type: 'boolean' });
export const integer = of({ type: 'integer' });
export const id = of({ type: 'integer', format: 'int64' });
export const time = of({ type: 'integer', format: 'int64', description: 'Milliseconds since 1970.' });

/** One of the words, each of which is a key here: so the compiler asks for all of them. */
export const words = <T extends string>(all: Record<T, true>, description?: string): Schema =>
  oneOfTexts(Object.keys(all), description);

export const oneOfTexts = (all: readonly string[], description?: string): Schema => ({
  type: 'string',
  enum: [...all],
  ...(description && { description }),
});

export const list = (items: Schema, description?: string): Schema => ({
  type: 'array',
  items,
  ...(description && { description }),
});

/** What a body may be where one thing counts as a list of one. */
export const oneOrMany = (items: Schema): Schema => either(list(items), items);

/** An object with what it always has, and what it may have beside that. */
export const object = (always: Schemas, optional: Schemas = {}, description?: string): Schema => ({
  type: 'object',
  ...(description && { description }),
  ...(Object.keys(always).length && { required: Object.keys(always) }),
  properties: { ...always, ...optional },
});

/** An object whose keys are not known beforehand. */
export const map = (values: Schema, description?: string): Schema => ({
  type: 'object',
  ...(description && { description }),
  additionalProperties: values,
});

export const nullable = (schema: Schema): Schema =>
  typeof schema['type'] === 'string'
    ? {
        ...schema,
        type: [schema['type'], 'null'],
        ...(Array.isArray(schema['enum']) && { enum: [...schema['enum'], null] }),
      }
    : { anyOf: [schema, { type: 'null' }] };

export const either = (...schemas: Schema[]): Schema => ({ anyOf: schemas });
