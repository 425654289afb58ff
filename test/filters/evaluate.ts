import type { Comparison, Expression, Value } from '../../src/filters/expression.ts';

export interface Device {
  id: number;
  name: string | null;
  seenAt: number | null;
  number: string | null;
  active: boolean | null;
  status: string | null;
  tags: string[];
  ranks: string[];
  attributes: { key: string; value: string }[];
}

/** Says what the SQL should say, written without a look at it: the plain meaning of every operator. */
export function matches(expression: Expression, device: Device): boolean {
  switch (expression.kind) {
    case 'and':
      return expression.children.every((child) => matches(child, device));
    case 'or':
      return expression.children.some((child) => matches(child, device));
    case 'comparison':
      return comparisonMatches(expression, device);
  }
}

function comparisonMatches(comparison: Comparison, device: Device): boolean {
  const { operator, values } = comparison;
  const negative = operator === '!=' || operator === '=out=';
  const [name, ...key] = comparison.field.toLowerCase().split('.');
  switch (name) {
    case 'name':
    case 'label':
      return negative
        ? !values.some((value) => equalsText(device.name, value))
        : textMatches(comparison, device.name);
    case 'tag': {
      if (operator === '=is=null') return device.tags.length === 0;
      const members = device.tags.length > 0 ? device.tags : [null];
      const found = (value: Value) => members.some((tag) => equalsText(tag, value));
      return negative ? !values.some(found) : members.some((tag) => textMatches(comparison, tag));
    }
    case 'rank': {
      if (operator === '=is=null') return device.ranks.length === 0;
      if (operator === '=not=null') return device.ranks.length > 0;
      if (negative) return !values.some(({ pieces }) => device.ranks.includes(pieces[0]!));
      return device.ranks.some((rank) => orderMatches(comparison, BigInt(rank), BigInt));
    }
    case 'annotation':
    case 'attribute': {
      const entries = device.attributes.filter((entry) => entry.key.toLowerCase() === key.join('.'));
      if (entries.length === 0) return !negative && textMatches(comparison, null);
      return entries.some((entry) =>
        negative
          ? !values.some((value) => equalsText(entry.value, value))
          : textMatches(comparison, entry.value),
      );
    }
    case 'number':
      return orderMatches(comparison, device.number === null ? null : BigInt(device.number), (value) =>
        BigInt(value),
      );
    case 'seenat':
      return orderMatches(comparison, device.seenAt, Number);
    case 'status':
      return orderMatches(comparison, device.status, (value) => value.toLowerCase());
    default:
      return orderMatches(comparison, device.active, (value) => value === 'true');
  }
}

function orderMatches<T extends bigint | number | string | boolean>(
  { operator, values }: Comparison,
  actual: T | null,
  read: (text: string) => T,
): boolean {
  const wanted = values.map(({ pieces }) => read(pieces[0]!));
  switch (operator) {
    case '=is=null':
      return actual === null;
    case '=not=null':
      return actual !== null;
    case '!=':
    case '=out=':
      return actual === null || !wanted.includes(actual);
    case '==':
    case '=in=':
      return actual !== null && wanted.includes(actual);
  }
  if (actual === null) return false;
  const limit = wanted[0]!;
  if (operator === '=lt=') return actual < limit;
  if (operator === '=le=') return actual <= limit;
  if (operator === '=gt=') return actual > limit;
  return actual >= limit;
}

function textMatches({ operator, values }: Comparison, text: string | null): boolean {
  if (operator === '=is=null') return text === null;
  if (operator === '=not=null') return text !== null;
  if (operator === '==' || operator === '=in=') return values.some((value) => equalsText(text, value));
  if (text === null) return false;

  const wanted = values[0]!.pieces[0]!;
  if (operator === '=li=') return likeExpression(wanted).test(text.toLowerCase());
  const order = Buffer.compare(Buffer.from(text.toLowerCase()), Buffer.from(wanted.toLowerCase()));
  if (operator === '=lt=') return order < 0;
  if (operator === '=le=') return order <= 0;
  if (operator === '=gt=') return order > 0;
  return order >= 0;
}

function equalsText(text: string | null, { pieces }: Value): boolean {
  if (text === null || text === '') {
    const empty = pieces.length === 1 && pieces[0] === '';
    return empty || (text === '' && pieces.every((piece) => piece === ''));
  }
  const pattern = pieces.map((piece) => literal(piece.toLowerCase())).join('.*');
  return new RegExp(`^${pattern}$`, 'su').test(text.toLowerCase());
}

function likeExpression(pattern: string): RegExp {
  const source = pattern
    .toLowerCase()
    .replace(/\\(.)|[^\\]/gsu, (character, escaped) =>
      escaped !== undefined
        ? literal(escaped)
        : character === '%'
          ? '.*'
          : character === '_'
            ? '.'
            : literal(character),
    );
  return new RegExp(`^${source}$`, 'su');
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
