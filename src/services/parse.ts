import type { z } from 'zod';
import { type DomainError, invalid } from '../errors.ts';

/**
 * Checks the input of a verb.
 * @throws INVALID_INPUT naming the first field that breaks a rule.
 */
export function parse<T>(schema: z.ZodType<T, unknown>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw faultOf(result.error);
}

/** Checks each row on its own: `rows` has what passed, at its place, and `faults` what didn't. */
export function parseRows<T>(schema: z.ZodType<T, unknown>, inputs: readonly unknown[], list: string) {
  const rows: (T | undefined)[] = [];
  const faults: DomainError[] = [];
  for (const [index, input] of inputs.entries()) {
    const result = schema.safeParse(input);
    rows.push(result.data);
    if (!result.success) faults.push(faultOf(result.error).within(list, String(index)));
  }
  return { rows, faults };
}

function faultOf(error: z.ZodError): DomainError {
  const issue = error.issues[0];
  const path = (issue?.path ?? []).map(String);
  return invalid(`${path.join('.') || 'input'}: ${issue?.message}`, path);
}
