import type { z } from 'zod';
import { type DomainError, invalid } from '../../errors.ts';

/**
 * Checks the input of a verb.
 * @throws INVALID_INPUT naming the first field that breaks a rule, and with it the others
 */
export function parse<T>(schema: z.ZodType<T, unknown>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw faultOf(result.error);
}

/** As many as are told of one input. */
const MOST_FAULTS = 20;

/** The first broken rule of each field, as an error of the domain: that of the first field, with it the others. */
export function faultOf({ issues }: z.ZodError): DomainError {
  const byField = new Map<string, { path: string[]; message: string }>();
  for (const { path: steps, message } of issues) {
    const path = steps.map(String);
    const field = path.join('.') || 'input';
    if (!byField.has(field)) byField.set(field, { path, message: `${field}: ${message}` });
    if (byField.size === MOST_FAULTS) break;
  }
  const [first, ...others] = [...byField.values()];
  const further = others.map(({ message, path }) => invalid(message, path));
  return invalid(first!.message, first!.path, further);
}
