import { readFileSync, writeFileSync } from 'node:fs';
import { schemaText } from './schema.ts';

/** Writes `schema.graphql`: `npm run schema`. With `--check` it only compares: `npm run schema:check`. */
const file = new URL('../../../../schema.graphql', import.meta.url);
const text = schemaText();

if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error(
    'schema.graphql is not current. `npm run schema` writes it; `git diff schema.graphql` then shows the change.',
  );
  process.exitCode = 1;
}
