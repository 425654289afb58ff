import type { Permission } from '../../services/access/grants.ts';
import type { Schema } from './schema.ts';

/** A parameter in the query or a header. */
export interface Parameter {
  name: string;
  in: 'query' | 'header';
  description: string;
  schema: Schema;
  required?: boolean;
}

/** An answer: the schemas of its body by media type, or one for the types that the door usually has. */
export interface Answer {
  description: string;
  schema?: Schema;
  content?: Readonly<Record<string, Schema>>;
  headers?: Readonly<Record<string, string>>;
}

/** What the document says of a method of a path, beside what is known from the route itself. */
export interface Operation {
  summary: string;
  description?: string;
  parameters?: readonly Parameter[];
  /** The schema of a JSON body, or the schemas by media type. */
  body?: { schema: Schema } | { content: Readonly<Record<string, Schema>> };
  /** A text is an answer without a body. */
  answers: Readonly<Record<number, Answer | string>>;
  /** What the caller must be allowed to, where the route doesn't know it. */
  permission?: Permission;
  /** Whether the cookie of a session counts here, where it does not for the rest of the door. */
  session?: true;
}

/** What is said of each method of a path: of all of them, and of no other. */
export type Described<M> = { readonly [K in keyof M]: Operation };

/** The doors of the server: each has its ways to sign in, and errors that each of its paths may answer. */
export type DoorKind = 'management' | 'device' | 'files' | 'uploads' | 'graphql' | 'est' | 'open';

/** A method of a path, as the server has it. */
export interface NotedRoute {
  method: 'get' | 'post' | 'put' | 'delete';
  /** With the names of its parts as Express has them: `/rest/v1/targets/:controllerId`. */
  path: string;
  operation: Operation;
  door: DoorKind;
  /** Checked before the body is read. */
  permission?: Permission | undefined;
  body?: 'needed' | 'optional' | undefined;
  /** The types of the answers, where the door's are not meant. */
  produced?: readonly string[] | undefined;
  /** It sends a file, whatever the client accepts. */
  sends?: 'file' | undefined;
}

/** Where routes are noted when they are made. */
export interface RouteBook {
  note(route: Omit<NotedRoute, 'door'>): void;
  /** The same book for routes that begin with a path. */
  under(base: string, door: DoorKind): RouteBook;
}

/** Opens an empty book. @returns it with all that is noted in it */
export function openRouteBook(): RouteBook & { all: readonly NotedRoute[] } {
  const all: NotedRoute[] = [];
  const at = (base: string, door: DoorKind): RouteBook => ({
    note: (route) => void all.push({ ...route, door, path: `${base}${route.path}` || '/' }),
    under: (path, itsDoor) => at(base + path, itsDoor),
  });
  return { ...at('', 'open'), all };
}

/** An answer with a JSON body. */
export const gives = (schema: Schema, description: string): Answer => ({ description, schema });

export const query = (name: string, description: string, schema: Schema): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
});
