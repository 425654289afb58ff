import { setTimeout as pause } from 'node:timers/promises';
import { EXIT, Failure, refused, unreachable, wrongUsage } from '../failure.ts';
import { ask, type ServerOptions, serverOf } from '../server.ts';
import { permissionFor } from './permissions.ts';

/** hawkBit has at most so many in a page. */
export const PAGE = 500;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** Until the headers of an answer are there. */
const PATIENCE_MS = 120_000;
/** What a request for a file accepts: it comes piece by piece, all else as a whole. */
const FILE = 'application/octet-stream';
const AGAIN = new Set([429, 502, 503, 504]);

/** A page of a list. */
export interface Page<T> {
  items: T[];
  /** Of the list's first item in this page. */
  offset: number;
  total: number;
}

/** A refusal that concerns what was sent or asked for; what comes after it may go well. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export interface SideOptions {
  /** What it is called in messages. */
  name: 'hawkBit' | 'Muster';
  /** How often a request is sent again. */
  retries: number;
}

/**
 * One of the two servers. Both speak hawkBit's Management API, so both are read by the same code. Requests are sent
 * again where the server is busy or starting; where the connection broke, only those that may be sent twice.
 */
export class Side {
  readonly name: string;
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly #retries: number;

  /** @throws Failure if the options name no server or no user */
  constructor(options: ServerOptions, { name, retries }: SideOptions) {
    const { url, headers } = serverOf(options);
    if (url.username || url.password)
      throw wrongUsage(`the address of ${name} must not have a user and a password in it`);
    this.name = name;
    this.url = url;
    this.headers = headers;
    this.#retries = retries;
  }

  /** Undefined where there is nothing (204). @throws Refusal, Failure */
  async get<T>(path: string): Promise<T | undefined> {
    const response = await this.#accepted(`rest/v1/${path}`, {});
    return response.status === 204 ? undefined : this.#json<T>(response);
  }

  /** Like `get`; undefined also where the server doesn't know the path, as older ones don't. */
  async getIfKnown<T>(path: string): Promise<T | undefined> {
    return this.get<T>(path).catch(orUndefined);
  }

  /** The pages of a list, in its order, from an offset on. An unknown list is empty. @throws Refusal, Failure */
  async *pages<T>(path: string, from = 0): AsyncGenerator<Page<T>> {
    for (let offset = from; ; ) {
      const query = `${path.includes('?') ? '&' : '?'}offset=${offset}&limit=${PAGE}`;
      const page = await this.getIfKnown<{ content: T[]; total?: number }>(path + query);
      const items = page?.content ?? [];
      const total = page?.total ?? offset + items.length;
      if (items.length || offset === from) yield { items, offset, total };
      offset += items.length;
      if (!items.length || offset >= total) return;
    }
  }

  async all<T>(path: string): Promise<T[]> {
    const all: T[] = [];
    for await (const { items } of this.pages<T>(path)) all.push(...items);
    return all;
  }

  /** How many a list has. */
  async total(path: string): Promise<number> {
    const query = `${path.includes('?') ? '&' : '?'}limit=1`;
    return (await this.getIfKnown<{ total?: number }>(path + query))?.total ?? 0;
  }

  /** Changes something by the Management API. @throws Refusal, Failure */
  async send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T | undefined> {
    const response = await this.#accepted(`rest/v1/${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    const text = await response.text();
    return text ? (JSON.parse(text) as T) : undefined;
  }

  /** A file, as it comes. @throws Refusal, Failure */
  download(path: string): Promise<Response> {
    return this.#accepted(`rest/v1/${path}`, { headers: { Accept: FILE } });
  }

  /** A GraphQL operation with one field; of Muster only. @throws Refusal, also for `userErrors`; Failure */
  async ask<T>(query: string, variables: Record<string, unknown>): Promise<T> {
    return ask<T>(this, query, variables).catch((error) => {
      if (error instanceof Failure && error.exitCode === EXIT.refused) throw new Refusal(error.message, 400);
      throw error;
    });
  }

  /** A request to another of its APIs; as the commands' `Server` has it, so that GraphQL can be asked. */
  fetch = async (
    path: string,
    { kept = false, ...init }: RequestInit & { kept?: boolean } = {},
  ): Promise<Response> =>
    kept ? this.#sent(path.replace(/^\//, ''), init) : this.#accepted(path.replace(/^\//, ''), init);

  async #accepted(path: string, init: RequestInit): Promise<Response> {
    const response = await this.#sent(path, init);
    if (response.ok) return response;
    throw this.#refusal(response.status, path, await response.text().catch(() => ''), init.method);
  }

  async #sent(path: string, init: RequestInit): Promise<Response> {
    const isRead = !init.method || init.method === 'GET';
    const isStream = init.body instanceof ReadableStream;
    for (let tried = 0; ; tried++) {
      const last = isStream || tried >= this.#retries;
      let wait = Math.min(FIRST_PAUSE_MS * 2 ** tried, LONGEST_PAUSE_MS);
      try {
        const response = await this.#once(path, init);
        if (last || !AGAIN.has(response.status) || (await isQuota(response))) return response;
        wait = Math.max(wait, Math.min(Number(response.headers.get('retry-after')) * 1000 || 0, 60_000));
        await response.body?.cancel();
      } catch (error) {
        if (!isRead || last || isFirstContact(error, tried)) throw this.#lost(error);
      }
      await pause(wait);
    }
  }

  async #once(path: string, init: RequestInit): Promise<Response> {
    const headers = {
      Accept: 'application/json',
      ...this.headers,
      ...(init.headers as Record<string, string>),
    };
    const response = await this.#begun(path, { ...init, headers });
    // Here, so that an answer that breaks off counts as a connection that broke.
    return headers.Accept === FILE || response.body === null ? response : whole(response);
  }

  async #begun(path: string, init: RequestInit): Promise<Response> {
    const giveUp = new AbortController();
    // A long file takes its time.
    const isStream = init.body instanceof ReadableStream;
    const timer = isStream
      ? undefined
      : setTimeout(() => giveUp.abort(new Error('no answer in time')), PATIENCE_MS);
    try {
      return await fetch(new URL(path, this.url), { ...init, signal: giveUp.signal });
    } finally {
      clearTimeout(timer);
    }
  }

  #lost(error: unknown): Failure {
    const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
    const reason = cause?.code ?? cause?.message ?? message;
    return unreachable(`cannot reach ${this.name} at ${this.url.href}, or the connection broke: ${reason}`);
  }

  async #json<T>(response: Response): Promise<T> {
    const text = await response.text();
    try {
      return JSON.parse(text) as T;
    } catch {
      throw unreachable(
        `${this.url.href} answers, but not as ${this.name}'s Management API does: is the address right?`,
      );
    }
  }

  #refusal(status: number, path: string, body: string, method = 'GET'): Error {
    const place = `${this.name} at ${this.url.href}`;
    const said = messageIn(body);
    if (status === 401)
      return unreachable(
        `${place} does not take this user with this password; a user of another tenant than the default one signs in as tenant\\user`,
      );
    if (status === 403)
      return refused(
        `${place} forbids ${method} /${path.split('?')[0]}: the user needs ${permissionFor(path, method)}`,
      );
    if (AGAIN.has(status) && status !== 429) return unreachable(`${place} is busy or down (${status})`);
    if (status >= 500) return unreachable(`${place} failed at ${method} /${path} (${status})`);
    return new Refusal(said ?? `refused with status ${status}`, status);
  }
}

/** The same answer with all of its body. */
async function whole(response: Response): Promise<Response> {
  const { status, statusText, headers } = response;
  return new Response(await response.arrayBuffer(), { status, statusText, headers });
}

const orUndefined = (error: unknown): undefined => {
  if (error instanceof Refusal && error.status === 404) return undefined;
  throw error;
};

/** Whether something is full, rather than the server busy: both are 429. */
async function isQuota(response: Response): Promise<boolean> {
  return response.status === 429 && (await response.clone().text()).includes('.quota.');
}

/** Where the first request finds no server, waiting doesn't help. */
const isFirstContact = (error: unknown, tried: number): boolean =>
  tried === 0 &&
  ['ECONNREFUSED', 'ENOTFOUND'].includes((error as { cause?: { code?: string } }).cause?.code ?? '');

function messageIn(body: string): string | undefined {
  try {
    const { message } = JSON.parse(body);
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

/** Works on many items, some at a time; the results are in the order of the items. */
export async function mapSome<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const run = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, run));
  return results;
}
