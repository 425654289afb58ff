import type { Comparison, Expression, Value } from './expression.ts';

/** The canonical text: parsing it gives the same expression, except for positions. */
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

/** A text as a value, in quotes if it needs them; none of it is a wildcard. */
export const printText = (text: string): string => printValue({ pieces: [text], position: 0 });

function printValue({ pieces }: Value): string {
  // NUL means a wildcard here: no value of a parsed filter contains it.
  const text = pieces
    .join('\0')
    .replace(/(\\*)([*\0])|\\+/g, (run, before: string, asterisk?: string) =>
      asterisk ? `${before}${before}${asterisk === '*' ? '\\*' : '*'}` : run,
    );
  return /^[\w.:@/+*${}-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}
