import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { arrayOf } from '../database/bulk.ts';
import { lowered } from '../database/tables/columns.ts';
import { filterValueInvalid } from '../errors.ts';
import type { Comparison, Value } from './expression.ts';
import { withEach } from './faults.ts';
import type { EnumField, NameField } from './fields.ts';
import {
  likePattern,
  placeOf,
  readBoolean,
  readEnum,
  readInteger,
  textWithoutWildcards,
  wildcardPattern,
} from './operands.ts';

const ORDER = { '=lt=': sql`<`, '=le=': sql`<=`, '=gt=': sql`>`, '=ge=': sql`>=` };

/** A wildcard alone. */
const isAnything = (value: Value): boolean =>
  textWithoutWildcards(value) === undefined && wildcardPattern(value) === '%';

export function scalarCondition(
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
      if (isAnything(values[0]!)) return sql`${column} IS NOT NULL`;
      return isOneOf(column, withEach(values, operand));
    case '=in=':
      return isOneOf(column, withEach(values, operand));
    case '!=':
      if (isAnything(values[0]!)) return sql`${column} IS NULL`;
      return isNot(isOneOf(column, withEach(values, operand)));
    case '=out=':
      return isNot(isOneOf(column, withEach(values, operand)));
    case '=li=':
      return sql`${column} LIKE ${operand(values[0]!)}`;
    default:
      return sql`${column} ${ORDER[operator]} ${operand(values[0]!)}`;
  }
}

/** A value may stand for several; more than one is a list. */
export function enumCondition({ column, ...allowed }: EnumField, comparison: Comparison): SQL {
  const { field, operator, values } = comparison;
  const found = withEach(values, (value) => readEnum(field, allowed, value)).flat();
  const isPositive = operator === '==' || operator === '=in=';
  if (!isPositive && operator !== '!=' && operator !== '=out=')
    return scalarCondition(column, comparison, () => sql``);
  const among = isOneOf(
    column,
    found.map((value) => sql`${value}`),
  );
  return isPositive ? among : isNot(among);
}

export function booleanCondition(column: SQLWrapper, comparison: Comparison): SQL {
  const { field, operator, values } = comparison;
  if (values.length === 0) return scalarCondition(sql`(${column})`, comparison, () => sql``);
  const wanted = withEach(values, (value) => (readBoolean(field, value) ? sql`TRUE` : sql`FALSE`));
  return operator === '==' || operator === '=in='
    ? any(wanted.map((one) => sql`(${column}) IS ${one}`))
    : all(wanted.map((one) => sql`(${column}) IS NOT ${one}`));
}

export function textCondition(column: SQLWrapper, comparison: Comparison): SQL {
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
export function isOneOfTexts(column: SQLWrapper, values: readonly Value[]): SQL {
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

export function nameCondition({ among }: NameField, comparison: Comparison): SQL {
  const { field, operator, values } = comparison;
  const names = withEach(values, (value) => {
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

export const integer = (value: Value) => sql`${readInteger(value)}::bigint`;

export function isOneOf(operand: SQLWrapper, values: SQL[]): SQL {
  if (values.length === 0) return sql`FALSE`;
  return values.length === 1
    ? sql`${operand} = ${values[0]}`
    : sql`${operand} IN (${sql.join(values, sql`, `)})`;
}

/** Also true if the condition is NULL, that is, if there is no value to compare. */
export function isNot(condition: SQL): SQL {
  return sql`(${condition}) IS NOT TRUE`;
}

export function all(conditions: SQLWrapper[]): SQL {
  return sql`(${sql.join(conditions, sql` AND `)})`;
}

export function any(conditions: SQL[]): SQL {
  return conditions.length === 1 ? conditions[0]! : sql`(${sql.join(conditions, sql` OR `)})`;
}

export function isEmpty(value: Value): boolean {
  return textWithoutWildcards(value) === '';
}

/** Lowered by the database, as JavaScript's rules differ in places. */
export function loweredParameter(text: string): SQL {
  return lowered(sql`${text}::text`);
}
