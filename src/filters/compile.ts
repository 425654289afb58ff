import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { arrayOf } from '../database/bulk.ts';
import { plannedEachTime } from '../database/prepared.ts';
import { lowered } from '../database/tables/columns.ts';
import { filterValueInvalid } from '../errors.ts';
import type { Comparison, Expression, Operator, Value } from './expression.ts';
import {
  type EnumField,
  type Field,
  type FieldSet,
  findField,
  type MapField,
  type NameField,
  type SetField,
} from './fields.ts';
import { columnAt, type Moments } from './moments.ts';
import {
  likePattern,
  placeOf,
  readBoolean,
  readEnum,
  readInteger,
  readTime,
  requireOperator,
  textWithoutWildcards,
  wildcardPattern,
} from './operands.ts';

const ORDER = { '=lt=': sql`<`, '=le=': sql`<=`, '=gt=': sql`>`, '=ge=': sql`>=` };
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
const EQUALITY = ['==', '!=', '=is=null', '=not=null'] as const satisfies Operator[];
const MEMBERSHIP = ['==', '!=', '=in=', '=out=', '=is=null', '=not=null'] as const satisfies Operator[];
const COMPARING = [...MEMBERSHIP, '=lt=', '=le=', '=gt=', '=ge='] as const satisfies Operator[];

/** Makes the condition that `from` has a row for which `on` and all conditions hold. */
export type Exists = (from: SQLWrapper, on: SQLWrapper, conditions: readonly SQLWrapper[]) => SQL;

/**
 * A condition on the row that the fields' columns belong to; NULL means no, as in WHERE. Everything from the user is a
 * parameter, and the statement is planned for these values.
 * @throws FILTER_FIELD_UNKNOWN, FILTER_VALUE_INVALID, FILTER_SYNTAX, each with the position
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
  const children = expression.children.map((child) => compileExpression(child, fields, moments, exists));
  return expression.kind === 'and' ? all(children) : any(children);
}

/** The operators that a field takes. */
export function operatorsOf(field: Field): readonly Operator[] {
  switch (field.kind) {
    case 'time':
    case 'integer':
      return COMPARING;
    case 'enum':
      return MEMBERSHIP;
    case 'boolean':
      return EQUALITY;
    case 'set':
      return field.integers ? MEMBERSHIP : TEXT;
    case 'name':
      return NAMING;
    default:
      return TEXT;
  }
}

function compileComparison(comparison: Comparison, fields: FieldSet, moments: Moments, exists: Exists): SQL {
  const field = findField(fields, comparison.field, comparison.fieldPosition);
  switch (field.kind) {
    case 'text':
      return textCondition(field.column, comparison);
    case 'time':
      requireOperator(comparison, COMPARING);
      return scalarCondition(
        columnAt(field.column, moments),
        comparison,
        (value) => sql`${readTime(value, moments)}::timestamptz`,
      );
    case 'integer':
      requireOperator(comparison, COMPARING);
      return scalarCondition(field.column, comparison, integer);
    case 'enum':
      requireOperator(comparison, MEMBERSHIP);
      return enumCondition(field, comparison);
    case 'boolean':
      requireOperator(comparison, EQUALITY);
      return booleanCondition(columnAt(field.column, moments), comparison);
    case 'name':
      return nameCondition(field, comparison);
    case 'set':
      return setCondition(field, comparison, exists);
    case 'map':
      return mapCondition(field, field.entry, comparison, exists);
  }
}

function scalarCondition(
  column: SQLWrapper,
  { operator, values }: Comparison,
  operand: (value: Value) => SQL,
): SQL {
  switch (operator) {
    case '=is=null':
      return sql`${column} IS NULL`;
    case '=not=null':
      return sql`${column} IS NOT NULL`;
    case '==':
    case '=in=':
      return isOneOf(column, values.map(operand));
    case '!=':
    case '=out=':
      return isNot(isOneOf(column, values.map(operand)));
    case '=li=':
      return sql`${column} LIKE ${operand(values[0]!)}`;
    default:
      return sql`${column} ${ORDER[operator]} ${operand(values[0]!)}`;
  }
}

/** A value may stand for several; more than one is a list. */
function enumCondition({ column, ...allowed }: EnumField, comparison: Comparison): SQL {
  const { field, operator, values } = comparison;
  const found = values.flatMap((value) => readEnum(field, allowed, value));
  const isPositive = operator === '==' || operator === '=in=';
  if (!isPositive && operator !== '!=' && operator !== '=out=')
    return scalarCondition(column, comparison, () => sql``);
  const among = isOneOf(
    column,
    found.map((value) => sql`${value}`),
  );
  return isPositive ? among : isNot(among);
}

function booleanCondition(column: SQLWrapper, comparison: Comparison): SQL {
  const { field, operator, values } = comparison;
  if (values.length === 0) return scalarCondition(sql`(${column})`, comparison, () => sql``);
  const wanted = readBoolean(field, values[0]!) ? sql`TRUE` : sql`FALSE`;
  return operator === '==' ? sql`(${column}) IS ${wanted}` : sql`(${column}) IS NOT ${wanted}`;
}

function textCondition(column: SQLWrapper, comparison: Comparison): SQL {
  const { operator, values } = comparison;
  switch (operator) {
    case '=is=null':
    case '=not=null':
      return scalarCondition(column, comparison, () => sql``);
    case '==':
    case '=in=':
      return isOneOfTexts(column, values);
    case '!=':
    case '=out=':
      return isNot(isOneOfTexts(column, values));
    case '=li=':
      return scalarCondition(lowered(column), comparison, (value) => loweredParameter(likePattern(value)));
    default:
      return scalarCondition(lowered(column), comparison, (value) =>
        loweredParameter(textWithoutWildcards(value)!),
      );
  }
}

/** `''` also means no value. */
function isOneOfTexts(column: SQLWrapper, values: readonly Value[]): SQL {
  const plain = values.map(textWithoutWildcards).filter((text) => text !== undefined && text !== '');
  const patterns = values.filter((value) => textWithoutWildcards(value) === undefined).map(wildcardPattern);
  const alternatives = patterns.map((pattern) => sql`${lowered(column)} LIKE ${loweredParameter(pattern)}`);
  if (plain.length > 0) {
    alternatives.push(
      isOneOf(
        lowered(column),
        plain.map((text) => loweredParameter(text!)),
      ),
    );
  }
  if (values.some(isEmpty)) alternatives.push(sql`${column} IS NULL`, sql`${column} = ''`);
  return any(alternatives);
}

function nameCondition({ among }: NameField, comparison: Comparison): SQL {
  requireOperator(comparison, NAMING);
  const { field, operator, values } = comparison;
  const names = values.map((value) => {
    const name = textWithoutWildcards(value);
    if (name === undefined)
      throw filterValueInvalid(
        { ...placeOf(value), expected: 'a whole name' },
        `'${field}' takes a whole name, without wildcards.`,
      );
    return name;
  });
  const found = among(sql`${arrayOf(names)}::text[]`);
  return operator === '==' || operator === '=in=' ? found : sql`NOT (${found})`;
}

/** True if any member matches; an empty set counts as `''`. */
function setCondition(field: SetField, comparison: Comparison, exists: Exists): SQL {
  const { operator, values } = comparison;
  const member = (condition?: SQL) => exists(field.from, field.on, condition ? [condition] : []);
  if (field.integers) requireOperator(comparison, MEMBERSHIP);
  switch (operator) {
    case '=is=null':
      return sql`NOT ${member()}`;
    case '=not=null':
      return member();
    case '==':
    case '=in=':
    case '!=':
    case '=out=': {
      const matching = member(
        field.integers ? isOneOf(field.value, values.map(integer)) : isOneOfTexts(field.value, values),
      );
      const found =
        !field.integers && values.some(isEmpty) ? any([sql`NOT ${member()}`, matching]) : matching;
      return operator === '==' || operator === '=in=' ? found : sql`NOT ${found}`;
    }
    default:
      return member(textCondition(field.value, comparison));
  }
}

/** Only rows that have the key count, but a missing key counts as `''`. */
function mapCondition(field: MapField, entry: string, comparison: Comparison, exists: Exists): SQL {
  const { operator, values } = comparison;
  const hasKey = isOneOf(lowered(field.key), [loweredParameter(entry)]);
  const present = () => exists(field.from, field.on, [hasKey]);
  if (operator === '=is=null') return sql`NOT ${present()}`;
  if (operator === '=not=null') return present();

  const matching = exists(field.from, field.on, [hasKey, entryCondition(field, comparison)]);
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

function subquery(from: SQLWrapper, on: SQLWrapper, conditions: readonly SQLWrapper[]): SQL {
  return sql`EXISTS (SELECT 1 FROM ${from} WHERE ${all([on, ...conditions])})`;
}

const integer = (value: Value) => sql`${readInteger(value)}::bigint`;

function isOneOf(operand: SQLWrapper, values: SQL[]): SQL {
  if (values.length === 0) return sql`FALSE`;
  return values.length === 1
    ? sql`${operand} = ${values[0]}`
    : sql`${operand} IN (${sql.join(values, sql`, `)})`;
}

/** Also true if the condition is NULL, that is, if there is no value to compare. */
function isNot(condition: SQL): SQL {
  return sql`(${condition}) IS NOT TRUE`;
}

function all(conditions: SQLWrapper[]): SQL {
  return sql`(${sql.join(conditions, sql` AND `)})`;
}

function any(conditions: SQL[]): SQL {
  return conditions.length === 1 ? conditions[0]! : sql`(${sql.join(conditions, sql` OR `)})`;
}

function isEmpty(value: Value): boolean {
  return textWithoutWildcards(value) === '';
}

/** Lowered by the database, as JavaScript's rules differ in places. */
function loweredParameter(text: string): SQL {
  return lowered(sql`${text}::text`);
}
