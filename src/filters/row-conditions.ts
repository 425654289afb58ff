import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { lowered } from '../database/tables/columns.ts';
import {
  all,
  any,
  integer,
  isEmpty,
  isOneOf,
  loweredParameter,
  scalarCondition,
  textCondition,
} from './column-conditions.ts';
import type { Comparison } from './expression.ts';
import type { MapField, SetField } from './fields.ts';
import { textWithoutWildcards } from './operands.ts';

/** Makes the condition that `from` has a row for which `on` and all conditions hold. */
export type Exists = (from: SQLWrapper, on: SQLWrapper, conditions: readonly SQLWrapper[]) => SQL;
/** The same for the rows of a field. */
export type HasRow = (conditions: readonly SQLWrapper[]) => SQL;

const POSITIVE = { '==': '==', '!=': '==', '=in=': '=in=', '=out=': '=in=' } as const;

/** True if any member matches; an empty set counts as `''`. */
export function setCondition(field: SetField, comparison: Comparison, hasRow: HasRow): SQL {
  const { operator, values } = comparison;
  const member = (condition?: SQL) => hasRow(condition ? [condition] : []);
  const valueIs = (asked: Comparison) =>
    field.integers ? scalarCondition(field.value, asked, integer) : textCondition(field.value, asked);
  switch (operator) {
    case '=is=null':
      return sql`NOT ${member()}`;
    case '=not=null':
      return member();
    case '==':
    case '=in=':
    case '!=':
    case '=out=': {
      // Nothing is one of none: a sub-query that says so has no plan on a database with shards.
      const positive = { ...comparison, operator: POSITIVE[operator] };
      const matching = values.length ? member(valueIs(positive)) : sql`FALSE`;
      const found =
        !field.integers && values.some(isEmpty) ? any([sql`NOT ${member()}`, matching]) : matching;
      return operator === positive.operator ? found : sql`NOT ${found}`;
    }
    default:
      return member(valueIs(comparison));
  }
}

/** Only rows that have the key count, but a missing key counts as `''`. */
export function mapCondition(field: MapField, entry: string, comparison: Comparison, hasRow: HasRow): SQL {
  const { operator, values } = comparison;
  const hasKey = isOneOf(lowered(field.key), [loweredParameter(entry)]);
  const present = () => hasRow([hasKey]);
  if (operator === '=is=null') return sql`NOT ${present()}`;
  if (operator === '=not=null') return present();

  const matching = hasRow([hasKey, entryCondition(field, comparison)]);
  const findsMissing = (operator === '==' || operator === '=in=') && values.some(isEmpty);
  return findsMissing ? any([sql`NOT ${present()}`, matching]) : matching;
}

/** A text shorter than the indexed beginning is in the index as a whole, so that the index finds it. */
function entryCondition({ value, indexed = 0 }: MapField, comparison: Comparison): SQL {
  const { operator, values } = comparison;
  const texts = values.map((one) => textWithoutWildcards(one) ?? '');
  // Some letters become two in lower case.
  const areShort = texts.every((text) => text !== '' && text.length * 2 < indexed);
  if (!areShort || (operator !== '==' && operator !== '=in=')) return textCondition(value, comparison);
  const beginning = sql`left(${lowered(value)}, ${sql.raw(String(indexed))})`;
  return isOneOf(beginning, texts.map(loweredParameter));
}

export function subquery(from: SQLWrapper, on: SQLWrapper, conditions: readonly SQLWrapper[]): SQL {
  return sql`EXISTS (SELECT 1 FROM ${from} WHERE ${all([on, ...conditions])})`;
}
