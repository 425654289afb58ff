import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Description } from '../support/description.ts';

/** Replays recorded exchanges. The format of a case and its matchers are those of README.md beside this file. */
export interface Case {
  name: string;
  steps: Step[];
}

interface Step {
  title?: string;
  request: RecordedRequest;
  response: RecordedResponse;
  capture?: Record<string, string>;
  pause?: number;
  within?: number;
}

interface RecordedRequest {
  method?: string;
  path: string;
  auth?: string;
  headers?: Record<string, string>;
  json?: unknown;
  text?: string;
  multipart?: Part[];
}

type Part = { name: string; value: string } | { name: string; file: string; filename: string; type?: string };

interface RecordedResponse {
  status: number;
  contentType?: string;
  headers?: Record<string, unknown>;
  json?: unknown;
  text?: string;
  sha256?: string;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  type: string;
  bytes: Buffer;
  json?: unknown;
}

type Variables = Record<string, unknown>;

export interface Server {
  base: string;
  /** `USER:PASSWORD` */
  admin: string;
  tenant: string;
  /** Waits until what it does by itself is done once more. */
  jobsLook(): Promise<void>;
  /** What of an exchange is otherwise than the document of the API says. */
  description: Description;
}

/** The recorded files of a folder, each with its name without `.json`. */
export function readCases(folder: URL): { file: string; cases: Case[] }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({
      file: name.slice(0, -'.json'.length),
      cases: JSON.parse(readFileSync(new URL(name, folder), 'utf8')),
    }));
}

const TRY_AGAIN_MS = 20;
/** A pause of at least so much is one for what the recorded server does by itself. */
const PAUSE_FOR_JOBS_MS = 1_000;

/** Replays a case. @throws at the first step that is answered otherwise than recorded */
export async function replay(server: Server, { steps }: Case): Promise<void> {
  const variables: Variables = {
    uid: `u${randomBytes(6).toString('hex')}`,
    tenant: server.tenant,
    admin: server.admin.split(':')[0],
  };
  for (const step of steps) {
    const { pause: wait = 0, within = 0, request, response, capture = {} } = step;
    if (wait >= PAUSE_FOR_JOBS_MS) await server.jobsLook();
    else if (wait) await pause(wait);
    const filled = fill(request, variables) as RecordedRequest;
    const expected = fill(response, variables) as RecordedResponse;
    const until = Date.now() + within;
    let answer = await send(server, filled);
    let found = compare(expected, answer);
    while (found.length && Date.now() < until) {
      await pause(TRY_AGAIN_MS);
      answer = await send(server, filled);
      found = compare(expected, answer);
    }
    const { method = 'GET', path } = filled;
    found.push(...server.description.differences({ method, path: pathOf(path), ...answer }));
    if (found.length) throw new Error([titleOf(step), ...found.slice(0, 8)].join('\n  '));
    Object.assign(variables, captured(capture, answer));
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const titleOf = ({ title, request }: Step) => title ?? `${request.method ?? 'GET'} ${request.path}`;

function captured(capture: Record<string, string>, answer: Answer): Variables {
  return Object.fromEntries(
    Object.entries(capture).map(([name, path]) => {
      const value = path.startsWith('header:') ? answer.headers[path.slice(7)] : read(answer.json, path);
      if (value === undefined) throw new Error(`nothing at ${path} to capture as ${name}`);
      return [name, value];
    }),
  );
}

/** Replaces ${name} in every string; a string that is one variable and nothing else keeps the variable's type. */
function fill(value: unknown, variables: Variables): unknown {
  const lookup = (name: string) => {
    if (!(name in variables)) throw new Error(`\${${name}} is not captured by an earlier step`);
    return variables[name];
  };
  if (typeof value === 'string') {
    const whole = /^\$\{(\w+)\}$/.exec(value)?.[1];
    return whole ? lookup(whole) : value.replace(/\$\{(\w+)\}/g, (_, name) => String(lookup(name)));
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, variables));
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [fill(key, variables), fill(each, variables)]),
    );
  return value;
}

/** $.a.b[0].c and $['a b']: the part of JSONPath that a capture needs. */
function read(body: unknown, path: string): unknown {
  const keys = [...path.matchAll(/\.([A-Za-z_][\w-]*)|\[(\d+)\]|\['([^']+)'\]/g)];
  return keys.reduce<unknown>((at, [, plain, index, quoted]) => {
    if (at === null || at === undefined) return undefined;
    return (at as Record<string | number, unknown>)[plain ?? quoted ?? Number(index)];
  }, body);
}

async function send({ base, admin }: Server, request: RecordedRequest): Promise<Answer> {
  const headers: Record<string, string> = { accept: 'application/json', ...request.headers };
  const authorization = authorizationOf(request.auth ?? 'admin', admin);
  if (authorization !== undefined) headers['authorization'] = authorization;
  if ('json' in request) headers['content-type'] ??= 'application/json';

  const answer = await fetch(base + pathOf(request.path), {
    method: request.method ?? 'GET',
    headers,
    body: bodyOf(request),
    redirect: 'manual',
    signal: AbortSignal.timeout(30_000),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const type = answer.headers.get('content-type') ?? '';
  const json = /json/.test(type) && bytes.length ? tryToParse(bytes.toString('utf8')) : undefined;
  return { status: answer.status, headers: Object.fromEntries(answer.headers), type, bytes, json };
}

function authorizationOf(auth: string, admin: string): string | undefined {
  const [scheme, ...rest] = auth.split(':');
  const secret = rest.join(':');
  switch (scheme) {
    case 'admin':
      return `Basic ${Buffer.from(admin).toString('base64')}`;
    case 'basic':
      return `Basic ${Buffer.from(secret).toString('base64')}`;
    case 'target':
      return `TargetToken ${secret}`;
    case 'gateway':
      return `GatewayToken ${secret}`;
    case 'none':
      return undefined;
    default:
      throw new Error(`unknown auth ${auth}`);
  }
}

function bodyOf(request: RecordedRequest): string | FormData | undefined {
  if ('json' in request) return JSON.stringify(request.json);
  if (!request.multipart) return request.text;
  const form = new FormData();
  for (const part of request.multipart)
    if ('file' in part)
      form.append(
        part.name,
        new Blob([part.file], { type: part.type ?? 'application/octet-stream' }),
        part.filename,
      );
    else form.append(part.name, part.value);
  return form;
}

function tryToParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON after all
  }
}

/** What differs between the recorded answer and the one received. */
export function compare(expected: RecordedResponse, answer: Answer): string[] {
  const found: string[] = [];
  if (expected.status !== answer.status) found.push(`status: ${answer.status} instead of ${expected.status}`);
  if (expected.contentType && answer.type.split(';')[0] !== expected.contentType)
    found.push(`content-type: ${answer.type} instead of ${expected.contentType}`);
  for (const [name, value] of Object.entries(expected.headers ?? {}))
    found.push(...differences(value, answer.headers[name.toLowerCase()], `header ${name}`));
  if ('json' in expected) found.push(...differences(expected.json, answer.json));
  if (expected.text !== undefined)
    found.push(...differences(expected.text, answer.bytes.toString('utf8'), 'body'));
  const digest = () => createHash('sha256').update(answer.bytes).digest('hex');
  if (expected.sha256 && digest() !== expected.sha256) found.push('body: other bytes than recorded');
  return found;
}

const MATCHERS: Record<string, (value: unknown) => boolean> = {
  any: () => true,
  int: (value) => Number.isInteger(value),
  string: (value) => typeof value === 'string',
  epochMs: (value) => Number.isInteger(value) && Number(value) > 1e12 && Number(value) < 1e13,
  token: (value) => typeof value === 'string' && value.length >= 32,
};

/** The differences between a recorded value and one received, each `path: what`. Extra object keys are allowed. */
export function differences(expected: unknown, actual: unknown, at = '$'): string[] {
  if (typeof expected === 'string') return textDifferences(expected, actual, at);
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${at}: ${JSON.stringify(actual)} is not an array`];
    if (actual.length !== expected.length)
      return [`${at}: ${actual.length} items instead of ${expected.length}`];
    return expected.flatMap((item, index) => differences(item, actual[index], `${at}[${index}]`));
  }
  if (!isObject(expected)) return same(expected, actual, at);

  if ('{{set}}' in expected) return itemDifferences(expected['{{set}}'] as unknown[], actual, at, true);
  if ('{{contains}}' in expected)
    return itemDifferences(expected['{{contains}}'] as unknown[], actual, at, false);
  if (!isObject(actual)) return [`${at}: ${JSON.stringify(actual)} is not an object`];
  return Object.entries(expected).flatMap(([key, value]) => {
    if (key === '{{absent}}')
      return (value as string[])
        .filter((each) => each in actual)
        .map((each) => `${at}.${each}: must be absent`);
    return key in actual
      ? differences(value, actual[key], `${at}.${key}`)
      : [`${at}.${key}: missing, wanted ${JSON.stringify(value)}`];
  });
}

function textDifferences(expected: string, actual: unknown, at: string): string[] {
  const shown = JSON.stringify(actual);
  const matcher = /^\{\{(\w+)\}\}$/.exec(expected)?.[1];
  if (matcher !== undefined) {
    const matches = MATCHERS[matcher];
    if (!matches) throw new Error(`unknown matcher ${expected}`);
    return matches(actual) ? [] : [`${at}: ${shown} is not ${expected}`];
  }
  if (expected.startsWith('{{url}}')) {
    const wanted = expected.slice('{{url}}'.length);
    return isUrl(actual) && pathOf(actual) === wanted ? [] : [`${at}: ${shown} is not a URL of ${wanted}`];
  }
  if (expected.startsWith('{{match}}')) {
    const pattern = expected.slice('{{match}}'.length);
    const matches = typeof actual === 'string' && new RegExp(pattern).test(actual);
    return matches ? [] : [`${at}: ${shown} does not match ${pattern}`];
  }
  return same(expected, actual, at);
}

/** An array in any order; `whole`: with no further items. */
function itemDifferences(items: unknown[], actual: unknown, at: string, whole: boolean): string[] {
  if (!Array.isArray(actual)) return [`${at}: ${JSON.stringify(actual)} is not an array`];
  if (whole && actual.length !== items.length)
    return [`${at}: ${actual.length} items instead of ${items.length}`];
  const left = [...actual];
  return items.flatMap((item) => {
    const index = left.findIndex((candidate) => !differences(item, candidate).length);
    if (index < 0) return [`${at}: no item like ${JSON.stringify(item)}`];
    left.splice(index, 1);
    return [];
  });
}

const same = (expected: unknown, actual: unknown, at: string) =>
  Object.is(expected, actual)
    ? []
    : [`${at}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isUrl = (value: unknown): value is string =>
  typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value);

/** Path and query: of a captured URL only these are used. */
function pathOf(path: string): string {
  if (!isUrl(path)) return path;
  const { pathname, search } = new URL(path);
  return pathname + search;
}
