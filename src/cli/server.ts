import { type Command, Option } from 'commander';
import { isLoopback } from '../config.ts';
import { refused, unreachable, wrongUsage } from './failure.ts';

/** Which server, and as whom. */
export interface ServerOptions {
  url: string;
  user?: string;
  password?: string;
  bearerToken?: string;
  json?: boolean;
}

/** Adds the options for connecting to a server to a command. */
export const withServer = (command: Command): Command =>
  command
    .addOption(new Option('--url <url>', 'the server').env('MUSTER_URL').default('http://127.0.0.1:8080'))
    .addOption(
      new Option('--user <name>', 'who signs in; tenant\\name for another tenant').env('MUSTER_USER'),
    )
    .addOption(new Option('--password <password>', 'better set in the environment').env('MUSTER_PASSWORD'))
    .addOption(
      new Option(
        '--bearer-token <token>',
        'an API key or a token, instead of user and password; better set in the environment',
      ).env('MUSTER_TOKEN'),
    )
    .option('--json', 'print JSON, for programs');

export interface Server {
  url: URL;
  headers: Record<string, string>;
  /** An answer of 400 and above is a failure, unless `kept` is set. */
  fetch(path: string, init?: RequestInit & { kept?: boolean }): Promise<Response>;
}

/** With what to do, because servers elsewhere than at the default are common. */
export const cannotReach = (url: URL) => `cannot reach ${url.href}; --url or MUSTER_URL names the server`;

/** @throws Failure if the options name no server or no user */
export function serverOf(options: ServerOptions): Server {
  const base = baseOf(options.url);
  const headers = { Authorization: authorizationOf(options) };
  return {
    url: base,
    headers,
    async fetch(path, { kept = false, ...init } = {}) {
      const response = await fetch(new URL(path.replace(/^\//, ''), base), {
        ...init,
        headers: { ...headers, ...(init.headers as Record<string, string>) },
      }).catch((error) => {
        throw unreachable(`${cannotReach(base)} (${reasonOf(error)})`);
      });
      if (response.ok || kept) return response;
      throw failureOf(response.status, await response.text().catch(() => ''));
    },
  };
}

/**
 * The server's address, with a slash at its end. Without http:// or https:// it is http on this machine, and https
 * elsewhere, as passwords are sent there.
 * @throws Failure
 */
export function baseOf(given: string): URL {
  const wrong = () => wrongUsage(`--url: ${given} is not the address of a server`);
  const hasScheme = given.includes('://');
  const text = hasScheme ? given : `https://${given}`;
  if (!URL.canParse(text) || !/^https?:/i.test(text)) throw wrong();
  const url = new URL(text.endsWith('/') ? text : `${text}/`);
  return !hasScheme && isLoopback(url.hostname) ? new URL(url.href.replace(/^https/, 'http')) : url;
}

function authorizationOf({ user, password, bearerToken }: ServerOptions): string {
  if (bearerToken) return `Bearer ${bearerToken.trim()}`;
  if (!user || password === undefined)
    throw wrongUsage('say who signs in: MUSTER_TOKEN, or MUSTER_USER and MUSTER_PASSWORD, or their options');
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

export const reasonOf = (error: unknown): string => {
  const { cause, code, message } = error as Error & { code?: string; cause?: { code?: string } };
  return cause?.code ?? code ?? message;
};

/** Turns an answer that refuses into a message for people. */
export function failureOf(status: number, body: string) {
  if (status === 401)
    return unreachable('the server does not take this user with this password, or this token');
  if (status >= 500) return unreachable(`the server failed (${status})`);
  return refused(messageIn(body) ?? `the server refused (${status})`);
}

function messageIn(body: string): string | undefined {
  try {
    const { message } = JSON.parse(body);
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

interface Payload {
  userErrors?: { message: string }[];
}

/** Runs a GraphQL operation with one field. @throws Failure, also for `userErrors` of the payload */
export async function ask<T>(
  server: Server,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<T> {
  const response = await server.fetch('/graphql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query, variables }),
    kept: true,
  });
  const text = await response.text();
  if (response.status === 401) throw failureOf(401, text);
  const answer = parsed(text);
  const [error] = answer?.errors ?? [];
  if (error) throw refused(error.message);
  if (!answer?.data) throw failureOf(response.status, text);
  const [payload] = Object.values(answer.data) as (T & Payload)[];
  const [fault] = payload?.userErrors ?? [];
  if (fault) throw refused(fault.message);
  return payload as T;
}

function parsed(text: string): { data?: object; errors?: { message: string }[] } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
