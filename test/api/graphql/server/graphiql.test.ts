import { parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { EXAMPLES } from '../../../../src/api/graphql/server/graphiql-page.ts';
import { buildSchema } from '../../../../src/api/graphql/server/schema.ts';

it('opens with examples that the schema has', () => {
  const schema = buildSchema();
  for (const example of EXAMPLES) expect(validate(schema, parse(example)), example).toEqual([]);
});
