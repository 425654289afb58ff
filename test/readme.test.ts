import { readFileSync } from 'node:fs';
import { parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { buildSchema } from '../src/api/graphql/schema.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const bodies = [...readme.matchAll(/ -d '([^']*)'/g)].map(([, body]) => body!);

it('shows bodies that are JSON, and operations that the schema has', () => {
  const schema = buildSchema();
  const operations = bodies.map((body) => JSON.parse(body).query).filter(Boolean);
  expect(operations.length).toBeGreaterThan(2);
  for (const operation of operations) expect(validate(schema, parse(operation)), operation).toEqual([]);
});
