import type { z } from 'zod';
import { DomainError, firstOf, invalid } from '../../errors.ts';

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
  const byField = new Map<string, DomainError[]>();
  for (const issue of issues) {
    const path = issue.path.map(String);
    const field = path.join('.') || 'input';
    if (!byField.has(field)) byField.set(field, faultsAt(issue, field, path));
    if (byField.size === MOST_FAULTS) break;
  }
  return firstOf([...byField.values()].flat().slice(0, MOST_FAULTS));
}

/** An issue that was made of an error of the domain, as `params.fault`, keeps its code, its details and its others. */
function faultsAt({ message, ...issue }: z.core.$ZodIssue, field: string, path: string[]): DomainError[] {
  const fault: unknown = issue.code === 'custom' ? issue.params?.['fault'] : undefined;
  if (!(fault instanceof DomainError)) return [invalid(`${field}: ${message}`, path)];
  return fault.all.map(
    ({ code, message: said, details }) => new DomainError(code, `${field}: ${said}`, { ...details, path }),
  );
}
