import type { z } from 'zod';
import { type DomainError, invalid } from '../../errors.ts';

/**
 * Checks the input of a verb.
 * @throws INVALID_INPUT naming the first field that breaks a rule.
 */
export function parse<T>(schema: z.ZodType<T, unknown>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw faultOf(result.error);
}

/** The first broken rule, as an error of the domain. */
export function faultOf(error: z.ZodError): DomainError {
  const issue = error.issues[0];
  const path = (issue?.path ?? []).map(String);
  return invalid(`${path.join('.') || 'input'}: ${issue?.message}`, path);
}
