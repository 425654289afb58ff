import type { Comparison, Expression, Value } from './expression.ts';

/** Canonical text: parsed again it gives the same expression, positions aside. */
export function printFilter(expression: Expression): string {
  if (expression.kind === 'comparison') return printComparison(expression);

  const children = expression.children.map((child) => {
    const text = printFilter(child);
    const bindsTighter = child.kind === 'comparison' || (child.kind === 'and' && expression.kind === 'or');
    return bindsTighter ? text : `(${text})`;
  });
  return children.join(` ${expression.kind} `);
}

function printComparison({ field, operator, values }: Comparison): string {
  const texts = values.map(printValue).join(',');
  const isList = operator === '=in=' || operator === '=out=';
  return `${field}${operator}${isList ? `(${texts})` : texts}`;
}

function printValue({ pieces }: Value): string {
  // NUL stands for a wildcard: no value of a parsed filter contains one.
  const text = pieces
    .join('\0')
    .replace(/(\\*)([*\0])|\\+/g, (run, before: string, asterisk?: string) =>
      asterisk ? `${before}${before}${asterisk === '*' ? '\\*' : '*'}` : run,
    );
  return /^[\w.:@/+*${}-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}
