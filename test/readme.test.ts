import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { buildSchema } from '../src/api/graphql/server/schema.ts';

const root = new URL('..', import.meta.url);
const docs = readdirSync(new URL('docs', root), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...docs].map((name) => ({
  name,
  text: readFileSync(new URL(name, root), 'utf8'),
}));
const found = (pattern: RegExp) =>
  pages.flatMap(({ name, text }) => [...text.matchAll(pattern)].map(([, part]) => ({ name, part: part! })));

it('shows bodies that are JSON, and operations that the schema has', () => {
  const schema = buildSchema();
  const bodies = found(/(?: -d|gql) '([^']*)'/g).map(({ part }) => part);
  const operations = bodies.map((body) => JSON.parse(body).query).filter(Boolean);
  expect(operations.length).toBeGreaterThan(2);
  for (const operation of operations) expect(validate(schema, parse(operation)), operation).toEqual([]);
});

it('names files and folders that there are', () => {
  const paths = found(/`((?:src|test|docs|\.ci)\/[^`\s]*)`/g).map(({ part }) => new URL(part, root));
  const links = found(/\]\((?!https?:)([^)#]+)/g).map(({ name, part }) => new URL(part, new URL(name, root)));
  expect(paths.length).toBeGreaterThan(50);
  expect(links.length).toBeGreaterThan(20);
  expect([...paths, ...links].filter((path) => !existsSync(path)).map(({ href }) => href)).toEqual([]);
});

it('names scripts that there are', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  const named = found(/npm run (?:-\S+ )*([\w:]+)/g).map(({ part }) => part);
  expect(named).toContain('check');
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});
