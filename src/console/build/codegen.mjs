// Writes the types of the schema's inputs and of all operations of the console into one file of types, and beside each
// `*.graphql` a module with its documents as text: a page loads only its own. Nothing of it is committed.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import * as operations from '@graphql-codegen/typescript-operations';
import { buildSchema, Kind, parse, print, visit } from 'graphql';

const CONSOLE = fileURLToPath(new URL('..', import.meta.url));
const SCHEMA = fileURLToPath(new URL('../../../schema.graphql', import.meta.url));
/** Enums that are offered whole, with values that the schema may get more of. */
const ENUMS = ['WebhookEventType'];
const TYPES = join(CONSOLE, 'api', 'types.documents.ts');

/** Files are written only where they change, so that tools that watch them stay calm. */
export async function generate() {
  const schema = buildSchema(readFileSync(SCHEMA, 'utf8'));
  const files = readdirSync(CONSOLE, { recursive: true })
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => ({
      location: join(CONSOLE, name),
      document: parse(readFileSync(join(CONSOLE, name), 'utf8')),
    }));
  const definitions = files.flatMap(({ document }) => document.definitions);
  const types = await codegen({
    filename: TYPES,
    schemaAst: schema,
    schema: parse('type Query { ignored: ID }'),
    documents: files,
    plugins: [{ operations: {} }],
    pluginMap: { operations },
    config: {
      enumType: 'string-literal',
      scalars: { SafeInt: 'number', JSONObject: 'Record<string, unknown>' },
      defaultScalarType: 'string',
      namingConvention: 'keep',
      disableDescriptions: true,
    },
  });
  const values = ENUMS.map((name) => {
    const all = schema
      .getType(name)
      .getValues()
      .map((value) => value.name);
    return `export const ${name}Values: readonly ${name}[] = ${JSON.stringify(all)};`;
  });
  writeIfChanged(TYPES, types);
  writeIfChanged(
    join(CONSOLE, 'api', 'enums.documents.ts'),
    [`import type { ${ENUMS.join(', ')} } from './types.documents.ts';`, '', ...values, ''].join('\n'),
  );
  const fragments = new Map(
    definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).map((it) => [it.name.value, it]),
  );
  for (const { location, document } of files)
    writeIfChanged(location.replace(/\.graphql$/, '.documents.ts'), moduleOf(location, document, fragments));
}

function moduleOf(location, document, fragments) {
  const own = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (own.length === 0) return 'export {};\n';
  const types = relative(dirname(location), TYPES);
  const names = own.map((definition) => {
    const kind = definition.operation.replace(/^./, (letter) => letter.toUpperCase());
    return { name: definition.name.value, type: definition.name.value + kind, definition };
  });
  return `${[
    `import type { TypedDocumentNode } from '@graphql-typed-document-node/core';`,
    `import type * as types from '${types.startsWith('.') ? types : `./${types}`}';`,
    '',
    ...names.map(
      ({ name, type, definition }) =>
        `export const ${name} = ${JSON.stringify(textOf(definition, fragments))} as unknown as TypedDocumentNode<types.${type}, types.${type}Variables>;`,
    ),
  ].join('\n')}\n`;
}

/** An operation and all fragments that it needs. */
function textOf(operation, fragments) {
  const needed = new Set();
  const collect = (node) =>
    visit(node, {
      FragmentSpread({ name: { value } }) {
        if (needed.has(value)) return;
        const fragment = fragments.get(value);
        if (!fragment) throw new Error(`the console has no fragment ${value}`);
        needed.add(value);
        collect(fragment);
      },
    });
  collect(operation);
  return [operation, ...[...needed].map((name) => fragments.get(name))]
    .map(print)
    .join('\n')
    .replace(/\n\s*/g, '\n');
}

function writeIfChanged(path, text) {
  try {
    if (readFileSync(path, 'utf8') === text) return;
  } catch {}
  writeFileSync(path, text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await generate();
