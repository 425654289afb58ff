import { type SQL, sql } from 'drizzle-orm';
import { plannedEachTime } from '../database/prepared.ts';
import {
  all,
  any,
  booleanCondition,
  enumCondition,
  integer,
  nameCondition,
  scalarCondition,
  textCondition,
} from './column-conditions.ts';
import type { Comparison, Expression, Operator } from './expression.ts';
import { withEach } from './faults.ts';
import { type Field, type FieldSet, findField, type MapField, type SetField } from './fields.ts';
import { columnAt, type Moments } from './moments.ts';
import { readTime, requireOperator } from './operands.ts';
import { type Exists, type HasRow, mapCondition, setCondition, subquery } from './row-conditions.ts';

const TEXT = [
  '==',
  '!=',
  '=in=',
  '=out=',
  '=lt=',
  '=le=',
  '=gt=',
  '=ge=',
  '=li=',
  '=is=null',
  '=not=null',
] as const satisfies Operator[];
const NAMING = ['==', '!=', '=in=', '=out='] as const satisfies Operator[];
const MEMBERSHIP = ['==', '!=', '=in=', '=out=', '=is=null', '=not=null'] as const satisfies Operator[];
const COMPARING = [...MEMBERSHIP, '=lt=', '=le=', '=gt=', '=ge='] as const satisfies Operator[];

/**
 * A condition on the row that the fields' columns belong to; NULL means no, as in WHERE. Everything from the user is a
 * parameter, and the statement is planned for these values.
 * @throws FILTER_FIELD_UNKNOWN, FILTER_VALUE_INVALID, FILTER_SYNTAX, each with the position: the first fault, and with
 *   it the others, up to 20
 */
export function compileFilter(
  expression: Expression,
  fields: FieldSet,
  moments: Moments,
  exists: Exists = subquery,
): SQL {
  return plannedEachTime(compileExpression(expression, fields, moments, exists));
}

/** The same for a condition that selects no rows, so that the best plan doesn't depend on it. */
export function compileExpression(
  expression: Expression,
  fields: FieldSet,
  moments: Moments,
  exists: Exists = subquery,
): SQL {
  if (expression.kind === 'comparison') return compileComparison(expression, fields, moments, exists);
  const children = withEach(expression.children, (child) =>
    compileExpression(child, fields, moments, exists),
  );
  return expression.kind === 'and' ? all(children) : any(children);
}

/** The operators that a field takes. */
export function operatorsOf(field: Field): readonly Operator[] {
  switch (field.kind) {
    case 'time':
    case 'integer':
      return COMPARING;
    case 'enum':
    case 'boolean':
      return MEMBERSHIP;
    case 'set':
      return field.integers ? COMPARING : TEXT;
    case 'name':
      return NAMING;
    default:
      return TEXT;
  }
}

function compileComparison(comparison: Comparison, fields: FieldSet, moments: Moments, exists: Exists): SQL {
  const field = findField(fields, comparison.field, comparison.fieldPosition);
  const hasRow =
    ({ from, on }: SetField | MapField): HasRow =>
    (conditions) =>
      exists(from, columnAt(on, moments), conditions);
  const fitting = (operators: readonly Operator[], condition: () => SQL) =>
    ifFitting(comparison, operators, condition);
  switch (field.kind) {
    case 'text':
      return textCondition(field.column, comparison);
    case 'time':
      return fitting(COMPARING, () =>
        scalarCondition(
          columnAt(field.column, moments),
          comparison,
          (value) => sql`${readTime(value, moments)}::timestamptz`,
        ),
      );
    case 'integer':
      return fitting(COMPARING, () => scalarCondition(field.column, comparison, integer));
    case 'enum':
      return fitting(MEMBERSHIP, () => enumCondition(field, comparison));
    case 'boolean':
      return fitting(MEMBERSHIP, () => booleanCondition(columnAt(field.column, moments), comparison));
    case 'name':
      return fitting(NAMING, () => nameCondition(field, comparison));
    case 'set':
      return fitting(operatorsOf(field), () => setCondition(field, comparison, hasRow(field)));
    case 'map':
      return mapCondition(field, field.entry, comparison, hasRow(field));
  }
}

/** The condition, if the field takes the operator. What is wrong with the values is told beside a wrong operator. */
function ifFitting(comparison: Comparison, operators: readonly Operator[], condition: () => SQL): SQL {
  const check = (): undefined => requireOperator(comparison, operators);
  return withEach([check, condition], (step) => step()).at(-1)!;
}
