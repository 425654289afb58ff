import { readdirSync, readFileSync } from 'node:fs';
import { parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { buildSchema } from '../src/api/graphql/schema.ts';

const root = new URL('..', import.meta.url);
const docs = readdirSync(new URL('docs', root)).map((name) => `docs/${name}`);
const text = ['README.md', ...docs].map((name) => readFileSync(new URL(name, root), 'utf8')).join('\n');
const bodies = [...text.matchAll(/(?: -d|gql) '([^']*)'/g)].map(([, body]) => body!);

it('shows bodies that are JSON, and operations that the schema has', () => {
  const schema = buildSchema();
  const operations = bodies.map((body) => JSON.parse(body).query).filter(Boolean);
  expect(operations.length).toBeGreaterThan(2);
  for (const operation of operations) expect(validate(schema, parse(operation)), operation).toEqual([]);
});
