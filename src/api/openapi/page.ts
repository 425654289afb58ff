import type { Schema } from './schema.ts';

/* The document as a page: without scripts, so that nothing runs and nothing is loaded. */

interface Operation {
  operationId: string;
  tags: readonly [string];
  summary: string;
  description?: string;
  security: readonly Readonly<Record<string, unknown>>[];
  parameters?: readonly {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    schema: Schema;
  }[];
  requestBody?: Body;
  responses: Readonly<Record<string, Answer>>;
}
type Answer = (Body & { description: string; $ref?: undefined }) | { $ref: string };
interface Body {
  required?: boolean;
  content?: Readonly<Record<string, { schema: Schema }>>;
}
export interface Document {
  info: { title: string; version: string; description: string };
  tags: readonly { name: string; description: string }[];
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components: {
    schemas: Readonly<Record<string, Schema>>;
    responses: Readonly<Record<string, Body & { description: string }>>;
    securitySchemes: Readonly<Record<string, { description: string }>>;
  };
}

export const STYLE = `
:root { color-scheme: light dark; --line: #8885; --soft: #8882; }
body { margin: 0 auto; padding: 1.5rem; max-width: 68rem; font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin: 0; } h2 { margin: 2.5rem 0 0; } h3 { margin: 1.5rem 0 0.25rem; font-size: 1rem; }
h4 { margin: 1rem 0 0.25rem; font-size: 0.9rem; }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 1rem 0; }
details { border: 1px solid var(--line); border-radius: 0.4rem; margin: 0.35rem 0; padding: 0 0.75rem; }
summary { cursor: pointer; padding: 0.4rem 0; overflow-wrap: anywhere; }
code { font: 0.9em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
summary b { display: inline-block; min-width: 4rem; font: bold 0.8rem ui-monospace, monospace; }
summary span { margin-left: 0.75rem; opacity: 0.75; }
.get { color: light-dark(#05669e, #6fc1f0); } .post { color: light-dark(#1d7324, #7fd486); }
.put { color: light-dark(#8a5300, #eab458); } .delete { color: light-dark(#b3261e, #ff9a92); }
table { border-collapse: collapse; width: 100%; margin: 0.25rem 0 0.75rem; }
td { border-top: 1px solid var(--line); padding: 0.25rem 0.75rem 0.25rem 0; vertical-align: top; }
td:first-child { width: 22%; } td:nth-child(2):not(:last-child) { width: 25%; }
td table { margin: 0; background: var(--soft); } td table td { padding-left: 0.5rem; }
i { opacity: 0.75; } p { margin: 0.35rem 0; }
a:focus-visible, summary:focus-visible { outline: 2px solid; outline-offset: 2px; }
`;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (one) => ESCAPES[one]!);
/** Text with its marks of code. */
const prose = (text: string) => escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');

/** Renders the page. It links to the document beside it. */
export function renderPage(document: Document): string {
  const { info, tags, paths, components } = document;
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const its = all.filter(({ operation }) => operation.tags[0] === name);
    return `<h2 id="${name}">${titleOf(name)}</h2><p>${prose(description)}</p>${its.map(renderOperation).join('')}`;
  });
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<details id="schema-${name}"><summary><code>${name}</code></summary>${renderSchema(schema)}</details>`,
  );
  const ways = Object.entries(components.securitySchemes).map(
    ([name, { description }]) =>
      `<tr><td id="way-${name}"><code>${name}</code></td><td>${prose(description)}</td></tr>`,
  );
  const refusals = Object.entries(components.responses).map(
    ([name, answer]) =>
      `<tr><td id="refusal-${name}">${name}</td><td>${prose(answer.description)} ${renderBody(answer)}</td></tr>`,
  );
  const links = [...tags.map(({ name }) => name), 'sign-in', 'refusals', 'schemas'];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(info.title)} – API</title><link rel="icon" href="data:,"><style>${STYLE}</style></head><body>
<h1>${escaped(info.title)} <small>${escaped(info.version)}</small></h1>
<p>${prose(info.description)}</p><p><a href="openapi.json">openapi.json</a> has all of this for programs.</p>
<nav aria-label="Parts">${links.map((name) => `<a href="#${name}">${titleOf(name)}</a>`).join('')}</nav>
<main>${sections.join('')}<h2 id="sign-in">Sign-in</h2><table>${ways.join('')}</table>
<h2 id="refusals">Refusals</h2><details><summary>All</summary><table>${refusals.join('')}</table></details>
<h2 id="schemas">Schemas</h2>${schemas.join('')}</main></body></html>
`;
}

const TITLES: Readonly<Record<string, string>> = {
  management: 'Management API',
  device: 'Device API',
  graphql: 'GraphQL',
  open: 'For everybody',
  'sign-in': 'Sign-in',
};
const titleOf = (name: string) => TITLES[name] ?? name.charAt(0).toUpperCase() + name.slice(1);

function renderOperation({
  path,
  method,
  operation,
}: {
  path: string;
  method: string;
  operation: Operation;
}): string {
  const { operationId, summary, description, security, parameters = [], requestBody, responses } = operation;
  const ways = security
    .flatMap((one) => Object.keys(one))
    .map((name) => `<a href="#way-${name}">${name}</a>`);
  const rows = parameters.map(
    ({ name, in: place, required, description: about, schema }) =>
      `<tr><td><code>${escaped(name)}</code><br><i>${place}${required ? ', required' : ''}</i></td>` +
      `<td>${typeOf(schema)}</td><td>${prose(about ?? String(schema['description'] ?? ''))}</td></tr>`,
  );
  const answers = Object.entries(responses).flatMap(([status, answer]) =>
    answer.$ref === undefined
      ? `<tr><td>${status}</td><td>${prose(answer.description)} ${renderBody(answer)}</td></tr>`
      : [],
  );
  const refusals = Object.entries(responses).flatMap(([status, { $ref }]) =>
    $ref === undefined ? [] : `<a href="#refusal-${$ref.replace(/.*\//, '')}">${status}</a>`,
  );
  return (
    `<details id="${operationId}"><summary><b class="${method}">${method.toUpperCase()}</b>` +
    `<code>${escaped(path)}</code><span>${escaped(summary)}</span></summary>` +
    `${description ? `<p>${prose(description)}</p>` : ''}` +
    `<p><i>Sign-in:</i> ${ways.length ? ways.join(' or ') : 'none'}</p>` +
    `${rows.length ? `<h4>Parameters</h4><table>${rows.join('')}</table>` : ''}` +
    `${requestBody ? `<h4>Body${requestBody.required ? '' : ', optional'}</h4>${renderBody(requestBody)}` : ''}` +
    `<h4>Answers</h4><table>${answers.join('')}</table>` +
    `${refusals.length ? `<p><i>Refused by</i> ${refusals.join(', ')}</p>` : ''}</details>`
  );
}

/** The schemas of a body, each with the media types that have it. */
function renderBody({ content = {} }: Body): string {
  const types = new Map<string, string[]>();
  for (const [type, { schema }] of Object.entries(content)) {
    const rendered = renderSchema(schema);
    types.set(rendered, [...(types.get(rendered) ?? []), `<code>${escaped(type)}</code>`]);
  }
  return [...types].map(([rendered, names]) => `<p>${names.join(', ')}</p>${rendered}`).join('');
}

function renderSchema(schema: Schema): string {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  const about = schema['description'] ? `<p>${prose(String(schema['description']))}</p>` : '';
  if (!properties.length) {
    const choices = (schema['anyOf'] ?? [schema['items'] ?? {}]) as Schema[];
    const inner = choices
      .filter((one) => one['properties'])
      .map(renderSchema)
      .join('');
    return `${about}<p>${typeOf(schema)}</p>${inner}`;
  }
  const required = new Set((schema['required'] ?? []) as string[]);
  const rows = properties.map(
    ([name, one]) =>
      `<tr><td><code>${escaped(name)}</code>${required.has(name) ? '' : '<br><i>optional</i>'}</td>` +
      (one['properties']
        ? `<td colspan="2">${renderSchema(one)}</td></tr>`
        : `<td>${typeOf(one)}</td><td>${prose(String(one['description'] ?? ''))}</td></tr>`),
  );
  return `${about}<table>${rows.join('')}</table>`;
}

/** A schema in a few words. */
function typeOf(schema: Schema): string {
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const name = reference.replace(/.*\//, '');
    return `<a href="#schema-${name}">${name}</a>`;
  }
  const choices = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined;
  if (choices) return choices.map(typeOf).join(' or ');
  if (Array.isArray(schema['enum']))
    return schema['enum'].map((one) => `<code>${escaped(String(one))}</code>`).join(', ');
  const types = [schema['type'] ?? 'anything'].flat() as string[];
  return types.map((type) => nameOf(type, schema)).join(' or ');
}

function nameOf(type: string, { items, additionalProperties, format }: Schema): string {
  if (type === 'array') return `list of ${typeOf((items ?? {}) as Schema)}`;
  if (type === 'object' && typeof additionalProperties === 'object' && additionalProperties)
    return `keys with ${typeOf(additionalProperties as Schema)}`;
  return type + (typeof format === 'string' ? ` (${format})` : '');
}
