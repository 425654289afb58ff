import { compileFilter } from './compile.ts';
import type { Expression } from './expression.ts';
import type { FieldSet } from './fields.ts';
import { parseFilter } from './parse.ts';

/** Reads a filter that is used later. @throws its errors, those of its fields and values too */
export function checkedFilter(fields: FieldSet, text: string): Expression {
  const filter = parseFilter(text);
  const anyTime = new Date(0);
  compileFilter(filter, fields, { tenantId: 0, now: anyTime, overdueBefore: anyTime });
  return filter;
}
