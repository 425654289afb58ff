import { VERSION } from '../../version.ts';
import { DOORS, refusal, refusalsOf, SECURITY_SCHEMES } from './doors.ts';
import type { Answer, DoorKind, NotedRoute, Parameter } from './operation.ts';
import { components, id, type Schema, text } from './schema.ts';

type Json = Readonly<Record<string, unknown>>;

/** What the parts of paths are, by the names that routes have for them. */
const PARTS: Readonly<Record<string, Schema>> = {
  tenant: text('The name of the tenant, in upper or lower case.', { pattern: '^[A-Za-z0-9_-]{1,40}$' }),
  controllerId: text('The name of the target. Slashes are sent as `%2F`.', { minLength: 1 }),
  key: text('The key of the entry.', { minLength: 1 }),
  keyName: text('The key of the setting.', { minLength: 1 }),
  group: text('The name of the group.', { minLength: 1 }),
  filename: text('The name of the file; with `.MD5SUM` at its end its checksum.', { minLength: 1 }),
  token: text('The token of the upload.', { minLength: 1 }),
};

/** The OpenAPI document of all routes, without its servers. */
export function documentOf(routes: readonly NotedRoute[]): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = pathOf(route.path);
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Muster',
      version: VERSION,
      description:
        'Updates and provisions devices. The Management API and the device API are those of hawkBit; all else is done ' +
        'by GraphQL, whose schema is at `/graphql`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: Object.entries(DOORS).map(([name, { about }]) => ({ name, description: about })),
    paths,
    components: {
      schemas: components(),
      responses: refusalsOfDoors(routes),
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

const nameOfRefusal = (status: number, door: DoorKind) => `${door}${status}`;

/** The answers to what is refused, each once. */
const refusalsOfDoors = (routes: readonly NotedRoute[]): Json =>
  Object.fromEntries(
    routes.flatMap((route) =>
      refusalsOf(route).map((status) => [nameOfRefusal(status, route.door), refusal(status, route.door)]),
    ),
  );

/** `/targets/:id` as `/targets/{id}`. */
export const pathOf = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

function operationOf(route: NotedRoute): Json {
  const { method, path, door, operation } = route;
  const { summary, description, answers } = operation;
  const permission = route.permission ?? operation.permission;
  const about = [description, permission && `Needs the permission \`${permission}\`.`]
    .filter(Boolean)
    .join(' ');
  const parameters = [...pathParametersOf(path), ...(operation.parameters ?? []), ...headersOf(route)];
  const refusals = refusalsOf(route).filter((status) => !(status in answers));
  const requestBody = bodyOf(route);
  return {
    operationId: operationIdOf(method, path),
    tags: [door],
    summary,
    ...(about && { description: about }),
    security: [...DOORS[door].security, ...(operation.session ? [{ session: [] }] : [])],
    ...(parameters.length && { parameters }),
    ...(requestBody && { requestBody }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, one]) => [status, answerOf(one, route)])),
      ...(isTagged(route) && {
        304: { description: 'The client has it already: its ETag is in `If-None-Match`.' },
      }),
      ...Object.fromEntries(
        refusals.map((status) => [status, { $ref: `#/components/responses/${nameOfRefusal(status, door)}` }]),
      ),
    },
  };
}

const pathParametersOf = (path: string): Json[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: PARTS[name!] ?? id('Its id.'),
  }));

/** Whether the answer has an ETag. */
const isTagged = ({ method, door }: NotedRoute) =>
  method === 'get' && (door === 'management' || door === 'device');

const IF_NONE_MATCH: Parameter = {
  name: 'If-None-Match',
  in: 'header',
  description: 'ETags of what the client has.',
  schema: text(),
};
const headersOf = (route: NotedRoute) => (isTagged(route) ? [IF_NONE_MATCH] : []);

function bodyOf({ door, body, operation }: NotedRoute): Json | undefined {
  const described = operation.body;
  if (!described) return undefined;
  const content =
    'content' in described
      ? described.content
      : Object.fromEntries(DOORS[door].takes.map((type) => [type, described.schema]));
  return { required: body !== 'optional', content: contentOf(content) };
}

function answerOf(answer: Answer | string, { door, produced, method }: NotedRoute): Json {
  if (typeof answer === 'string') return { description: answer };
  const { description, schema, content, headers } = answer;
  const types = (method === 'get' ? produced : undefined) ?? DOORS[door].gives;
  const all =
    content ??
    (schema && Object.fromEntries(types.map((type) => [type, type === CBOR ? CBOR_ANSWER : schema])));
  return {
    description,
    ...(headers && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, about]) => [name, { description: about, schema: text() }]),
      ),
    }),
    ...(all && { content: contentOf(all) }),
  };
}

const CBOR = 'application/cbor';
const CBOR_ANSWER: Schema = { description: 'The same, with `links` as a list of `rel` and `href`.' };

const contentOf = (schemas: Readonly<Record<string, Schema>>) =>
  Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema }]));

/** `getRestV1TargetsByControllerId` */
const operationIdOf = (method: string, path: string): string =>
  method +
  path
    .split(/[/.]/)
    .filter(Boolean)
    .map((part) => (part.startsWith(':') ? `By${capital(part.slice(1))}` : capital(part)))
    .join('');

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
