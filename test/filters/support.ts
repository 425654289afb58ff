import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import type { DomainError } from '../../src/errors.ts';
import type { Expression, Operator, Value } from '../../src/filters/expression.ts';
import { fieldSet } from '../../src/filters/fields.ts';

/** One field of each kind, over the tables `device`, `tag`, `rank` and `attribute` of the SQL test. */
export const FIELDS = fieldSet([
  [['name', 'label'], { kind: 'text', column: sql`device.name` }],
  [['seenAt'], { kind: 'time', column: sql`device.seen_at` }],
  [['number'], { kind: 'integer', column: sql`device.number` }],
  [['active'], { kind: 'boolean', column: sql`device.active` }],
  [['status'], { kind: 'enum', column: sql`device.status`, values: ['unknown', 'in_sync', 'error'] }],
  [['tag'], { kind: 'set', from: sql`tag`, on: sql`tag.device = device.id`, value: sql`tag.name` }],
  [
    ['attribute', 'controllerAttributes'],
    {
      kind: 'map',
      from: sql`attribute`,
      on: sql`attribute.device = device.id`,
      key: sql`attribute.key`,
      value: sql`attribute.value`,
    },
  ],
  [
    ['annotation'],
    {
      kind: 'map',
      from: sql`attribute`,
      on: sql`attribute.device = device.id`,
      key: sql`attribute.key`,
      value: sql`attribute.value`,
      indexed: 3,
    },
  ],
  [
    ['rank'],
    {
      kind: 'set',
      from: sql`rank`,
      on: sql`rank.device = device.id`,
      value: sql`rank.number`,
      integers: true,
    },
  ],
]);

export const MOMENTS = { tenantId: 1, now: new Date(2000), overdueBefore: new Date(1000) };

/** The expression with positions left out, which printing doesn't keep. */
export function shape(expression: Expression): unknown {
  if (expression.kind !== 'comparison') {
    return { kind: expression.kind, children: expression.children.map(shape) };
  }
  const { field, operator, values } = expression;
  return { field, operator, values: values.map(({ pieces }) => pieces) };
}

/** What an action throws, as `CODE @position`. */
export function failure(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    const { code, details } = error as DomainError;
    return details?.position === undefined ? `${code ?? error}` : `${code} @${details.position}`;
  }
  return 'no error';
}

/** All that is wrong, each as `failure` has it. */
export function failures(action: () => unknown): string[] {
  try {
    action();
  } catch (error) {
    return (error as DomainError).all.map(({ code, details }) => `${code} @${details.position}`);
  }
  return [];
}

export const TEXT_OPERATORS: readonly Operator[] = [
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
];

/** Values as the parser gives them for an operator: wildcards in `==` and `!=` only, several in lists only. */
export function valuesFor(operator: Operator, text: fc.Arbitrary<string>): fc.Arbitrary<Value[]> {
  const value = (pieces: string[]): Value => ({ pieces, position: 0 });
  const plain = text.map((piece) => value([piece]));
  switch (operator) {
    case '=is=null':
    case '=not=null':
      return fc.constant([]);
    case '=in=':
    case '=out=':
      return fc.array(plain, { minLength: 1, maxLength: 3 });
    case '==':
    case '!=':
      return fc.array(text, { minLength: 1, maxLength: 3 }).map((pieces) => [value(pieces)]);
    default:
      return plain.map((one) => [one]);
  }
}

export function comparisons(
  field: fc.Arbitrary<string>,
  operators: readonly Operator[],
  text: fc.Arbitrary<string>,
): fc.Arbitrary<Expression> {
  return fc.constantFrom(...operators).chain((operator) =>
    fc.record({
      kind: fc.constant('comparison' as const),
      field,
      fieldPosition: fc.constant(0),
      operator: fc.constant(operator),
      position: fc.constant(0),
      values: valuesFor(operator, text),
    }),
  );
}

export function expressions(leaf: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
  return fc.letrec<{ tree: Expression }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.record({
        kind: fc.constantFrom('and', 'or'),
        children: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
      }),
    ),
  })).tree;
}
