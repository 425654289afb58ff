import type { IncomingMessage } from 'node:http';
import { type DocumentNode, Kind, type OperationDefinitionNode, OperationTypeNode, parse } from 'graphql';
import type { Caller } from '../../../services/shared/context.ts';
import { readJsonBody } from './body.ts';

/** What needs no sign-in. */
const SIGN_IN_OPTIONS = 'signInOptions';
const LONGEST_BODY = 2_048;
const MOST_TOKENS = 100;

/** Who calls without signing in: they may do nothing. */
export const NOBODY: Caller = {
  tenantId: 0,
  tenantName: '',
  username: '',
  kind: 'USER',
  roles: new Set(),
  permissions: new Map(),
};

/**
 * Reads an operation that asks for nothing but what needs no sign-in; undefined for every other. Only a short body is
 * read, and no more of it.
 */
export async function readPublicOperation(request: IncomingMessage): Promise<unknown> {
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  if (request.method !== 'POST' || !(length <= LONGEST_BODY)) return undefined;
  // Whoever sends something else must sign in first: only then is its fault told.
  const body = await readJsonBody(request, LONGEST_BODY).then(
    (read) => read as { query?: unknown } | null,
    () => undefined,
  );
  return typeof body?.query === 'string' && isPublic(body.query) ? body : undefined;
}

/** One query that asks how to sign in, and nothing else: no fragment can bring in another field. */
function isPublic(source: string): boolean {
  const [definition, ...more] = definitionsOf(source);
  return (
    more.length === 0 &&
    definition?.kind === Kind.OPERATION_DEFINITION &&
    definition.operation === OperationTypeNode.QUERY &&
    namesOf(definition).includes(SIGN_IN_OPTIONS) &&
    namesOf(definition).every((name) => name === SIGN_IN_OPTIONS || name === '__typename')
  );
}

const namesOf = ({ selectionSet }: OperationDefinitionNode) =>
  selectionSet.selections.map((one) => (one.kind === Kind.FIELD ? one.name.value : undefined));

function definitionsOf(source: string): DocumentNode['definitions'] {
  try {
    return parse(source, { maxTokens: MOST_TOKENS, noLocation: true }).definitions;
  } catch {
    return [];
  }
}
