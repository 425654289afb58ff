import { GraphQLScalarType } from 'graphql';
import { DomainError, isNotFoundCode, notFound } from '../../../domain-error.ts';
import { UNKNOWN_ID } from '../../json.ts';

/* Every thing with an identity has a global id, `Target:42`: the name of its type and its number. */

/** The global id of a thing. */
export const globalId = (type: string, key: number): string => `${type}:${key}`;

/** The type and the number in a global id, which has one spelling only. */
export function readGlobalId(text: string): { type: string; key: number } | undefined {
  const [, type, digits] = /^([A-Z][A-Za-z]*):([1-9]\d{0,15})$/.exec(text) ?? [];
  const key = Number(digits);
  return type !== undefined && Number.isSafeInteger(key) ? { type, key } : undefined;
}

/**
 * The number in a global id of that type. Any other text becomes a number that no row has: so it is refused like the id
 * of something that isn't there.
 */
export function keyOf(text: string, type: string): number {
  const id = readGlobalId(text);
  return id?.type === type ? id.key : UNKNOWN_ID;
}

const placeholders = new Map<string, GraphQLScalarType>();
const named = new WeakMap<GraphQLScalarType, string>();

/**
 * Declares a field or an argument as the id of a thing of that type: `@Field(() => idOf('Target'))`. The schema has `ID`
 * there; the code has the number, on both ways. `withGlobalIds` sees to it.
 */
export function idOf(type: string): GraphQLScalarType {
  const known = placeholders.get(type);
  if (known) return known;
  const placeholder = new GraphQLScalarType({ name: `${type}Id` });
  placeholders.set(type, placeholder);
  named.set(placeholder, type);
  return placeholder;
}

/** Of what type something must be whose id is declared with `idOf`; undefined for any other type. */
export const typeNamedBy = (type: unknown): string | undefined => named.get(type as GraphQLScalarType);

/** An error for an unknown id, with the id as it was sent; any other error stays as it is. */
function asWritten<E>(error: E, id: string): E | DomainError {
  if (!(error instanceof DomainError) || !isNotFoundCode(error.code)) return error;
  return notFound(error.code, id, [...(error.details.path ?? [])]);
}

/** The text at a place of the arguments as they were sent. */
export function textAt(args: object, path: readonly string[]): string | undefined {
  const written = path.reduce<unknown>(
    (value, step) => (value as Record<string, unknown> | null | undefined)?.[step],
    args,
  );
  return typeof written === 'string' ? written : undefined;
}

/** An error for an unknown id, with the id as it was sent in the arguments; any other error stays as it is. */
export function asSent<E>(error: E, args: object): E | DomainError {
  const id = error instanceof DomainError ? textAt(args, error.details.path ?? []) : undefined;
  return id === undefined ? error : asWritten(error, id);
}
