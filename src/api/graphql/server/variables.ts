import { GraphQLError } from 'graphql';
import { LIMITS } from './limits.ts';

const refusal = (what: string) =>
  new GraphQLError(what, { extensions: { code: 'VARIABLES_LIMIT_EXCEEDED', http: { status: 400 } } });

interface Value {
  value: unknown;
  /** The variable, or the field of an object, that has the value. */
  name: string;
  depth: number;
}

export interface VariablesSize {
  /** Entries of lists and fields of objects. */
  values: number;
  /** Characters. */
  texts: number;
  /** For each variable with a list or an object: how many values it has, and how many entries its longest list has. */
  lists: [name: string, values: number, longest: number][];
}

/**
 * Measures variables before they are coerced, because that takes time for each value and its errors repeat what was
 * sent. A variable that is in lists of the document `times` times counts as often.
 * @throws GraphQLError if there is more in them than any operation takes
 */
export function measureVariables(
  variables: Readonly<Record<string, unknown>>,
  times?: ReadonlyMap<string, number>,
): VariablesSize {
  const sums: VariablesSize = { values: 0, texts: 0, lists: [] };
  for (const name in variables) {
    const factor = times?.get(name) ?? 1;
    const before = sums.values;
    let longest = 0;
    add(sums, 'values', factor);
    const waiting: Value[] = [{ value: variables[name], name, depth: 0 }];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const fault = faultOf(next);
      if (fault)
        throw refusal(`Variable "$${cut(name)}" ${fault}${next.depth ? ` in "${cut(next.name)}"` : ''}.`);
      const { value, depth } = next;
      if (typeof value === 'string') add(sums, 'texts', factor * value.length);
      else if (Array.isArray(value)) {
        longest = Math.max(longest, value.length);
        add(sums, 'values', factor * value.length);
        for (const entry of value) waiting.push({ value: entry, name: next.name, depth: depth + 1 });
      } else if (typeof value === 'object' && value !== null) {
        const fields = Object.entries(value);
        add(sums, 'values', factor * fields.length);
        for (const [field, entry] of fields) waiting.push({ value: entry, name: field, depth: depth + 1 });
      }
    }
    if (sums.values > before + factor) sums.lists.push([name, sums.values - before, longest]);
  }
  return sums;
}

const WHAT = {
  values: 'values, entries of lists and fields of objects',
  texts: 'characters in texts',
};

function add(sums: VariablesSize, kind: 'values' | 'texts', more: number): void {
  sums[kind] += more;
  if (sums[kind] > LIMITS[kind])
    throw refusal(`The variables hold more than ${LIMITS[kind]} ${WHAT[kind]}: send fewer rows at a time.`);
}

/** What is wrong with a value, not counting the values in it. */
function faultOf({ value, depth }: Value): string | undefined {
  if (typeof value === 'string')
    return value.length > LIMITS.textLength
      ? `has a text of more than ${LIMITS.textLength} characters`
      : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === LIMITS.valueDepth) return `is nested more than ${LIMITS.valueDepth} deep`;
  if (Array.isArray(value))
    return value.length > LIMITS.listLength
      ? `has a list of more than ${LIMITS.listLength} values`
      : undefined;
  return hasMore(value, LIMITS.objectFields)
    ? `has an object of more than ${LIMITS.objectFields} fields`
    : undefined;
}

function hasMore(object: object, most: number): boolean {
  let fields = 0;
  for (const _ in object) if (++fields > most) return true;
  return false;
}

const cut = (name: string) => (name.length > 100 ? `${name.slice(0, 100)}…` : name);
