import { DomainError, invalid } from '../../../errors.ts';
import { operatorsOf } from '../../../filters/compile.ts';
import type { Operator } from '../../../filters/expression.ts';
import { type FoundField, findField } from '../../../filters/fields.ts';
import { isWord, placeAtEnd, tokenEnd } from '../../../filters/parse.ts';
import { printText } from '../../../filters/print.ts';
import type { Place } from '../../../filters/reader.ts';
import { mayAsk } from '../../access/readable-fields.ts';
import type { Context } from '../../shared/context.ts';
import { descriptionOf } from './descriptions.ts';
import { type FilterEntity, filterableOf } from './entities.ts';
import { namedFields } from './fields.ts';
import { keysInUse } from './target-values.ts';
import { valuesInUse } from './values.ts';

export type FilterSuggestionKind = 'field' | 'operator' | 'value' | 'word' | 'symbol';

/** A text that can come at a place of a filter, instead of `length` characters from `position`. */
export interface FilterSuggestion {
  kind: FilterSuggestionKind;
  text: string;
  description: string | null;
  position: number;
  length: number;
}

type Suggested = Pick<FilterSuggestion, 'kind' | 'text' | 'description'>;

const OPERATORS: Record<Operator, string> = {
  '==': 'is; * stands for any text',
  '!=': 'is not; * stands for any text',
  '=in=': 'is one of',
  '=out=': 'is none of',
  '=lt=': 'is less than',
  '=le=': 'is less than or equal to',
  '=gt=': 'is greater than',
  '=ge=': 'is greater than or equal to',
  '=li=': 'is like; % stands for any text, _ for one character',
  '=is=null': 'has no value',
  '=not=null': 'has a value',
};

/**
 * What can come at a position of a filter that is being written; nothing after a mistake. Values are those in use that
 * the caller may read, at most 20. Needs the permission to list the entity. @throws INVALID_INPUT for a position outside
 */
export async function suggestInFilter(
  context: Context,
  { of, text, position = text.length }: { of: FilterEntity; text: string; position?: number | undefined },
): Promise<FilterSuggestion[]> {
  filterableOf(context, of);
  if (position < 0 || position > text.length)
    throw invalid(`position: must be from 0 to ${text.length}`, ['position']);
  const place = placeAtEnd(text.slice(0, position));
  if (!place) return [];
  const begun = text.slice(place.start, position);
  const length = tokenEnd(text, place.start, position) - place.start;
  const found = await suggestAt(context, of, place, begun);
  const suggestions = found.map((one) => ({ ...one, position: place.start, length }));
  // A field that is complete can be followed by an operator at once.
  const isComplete = found.some((one) => one.text.toLowerCase() === begun.toLowerCase());
  const known = place.kind === 'operand' && isComplete ? fieldOf(context, of, begun) : undefined;
  if (!known) return suggestions;
  const following = operatorsAt(known, '').map((one) => ({ ...one, position, length: 0 }));
  return [...suggestions, ...following];
}

async function suggestAt(
  context: Context,
  of: FilterEntity,
  place: Place,
  begun: string,
): Promise<Suggested[]> {
  const lower = begun.toLowerCase();
  switch (place.kind) {
    case 'operand':
      return [
        ...(await fieldsAt(context, of, lower)),
        ...(begun === '' ? [symbol('(', 'opens a group')] : []),
      ];
    case 'operator': {
      const field = fieldOf(context, of, place.field);
      return field ? operatorsAt(field, lower) : [];
    }
    case 'value':
      return valuesAt(context, of, place, begun);
    case 'list':
      return [...(place.isList ? [symbol(',', 'another value')] : []), symbol(')', 'ends the list')];
    case 'junction': {
      const words = [word('and', 'both must hold'), word('or', 'one of both must hold')];
      const fitting = words.filter(({ text }) => text.startsWith(lower));
      return begun === '' && place.nesting > 0 ? [...fitting, symbol(')', 'closes the group')] : fitting;
    }
  }
}

const word = (text: string, description: string): Suggested => ({ kind: 'word', text, description });
const symbol = (text: string, description: string): Suggested => ({ kind: 'symbol', text, description });

type NamedFound = FoundField & { name: string };

/** The field of that name, if the caller may ask for it; `name` is its first name. */
function fieldOf(context: Context, of: FilterEntity, name: string): NamedFound | undefined {
  const { fields } = filterableOf(context, of);
  try {
    const field = findField(fields, name, 0);
    const known = fields.get(name.toLowerCase())?.field;
    const named = namedFields(fields).find((one) => one.field === known);
    return mayAsk(context, field) ? { ...field, name: named?.name ?? name } : undefined;
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

/** Fields that begin so, first by their first name, then those of which a later part of a name does. */
async function fieldsAt(context: Context, of: FilterEntity, begun: string): Promise<Suggested[]> {
  const fields = namedFields(filterableOf(context, of).fields).filter(({ field }) => mayAsk(context, field));
  for (const { field, name, aliases } of fields) {
    const prefix = [name, ...aliases].find((one) => begun.startsWith(`${one.toLowerCase()}.`));
    if (field.kind !== 'map' || prefix === undefined) continue;
    const keys = await keysInUse(context, { ...field, entry: '' }, begun.slice(prefix.length + 1));
    return keys
      .filter(({ value }) => isWord(value))
      .map(({ value }) => ({
        kind: 'field',
        text: `${prefix}.${value}`,
        description: descriptionOf(of, name),
      }));
  }
  const ranked = fields.flatMap(({ field, name, aliases }) => {
    const names = [name, ...aliases];
    const shown = names.find((one) => one.toLowerCase().startsWith(begun));
    const later = names.find((one) => one.toLowerCase().includes(`.${begun}`));
    const text = shown ?? later;
    if (text === undefined) return [];
    const suggested = field.kind === 'map' ? `${text}.` : text;
    return [{ rank: shown === undefined ? 1 : 0, text: suggested, description: descriptionOf(of, name) }];
  });
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .map(({ text, description }) => ({ kind: 'field', text, description }));
}

const operatorsAt = (field: FoundField, begun: string): Suggested[] =>
  operatorsOf(field)
    .filter((operator) => operator.startsWith(begun))
    .map((operator) => ({ kind: 'operator', text: operator, description: OPERATORS[operator] }));

const PLACEHOLDERS = { now: `\${now_ts}`, overdue: `\${overdue_ts}` };
/** `=is=` and the like, which also test for null. */
const TESTS_NULL = /^=(?:is|eq|not|ne)=$/;

async function valuesAt(
  context: Context,
  of: FilterEntity,
  place: Extract<Place, { kind: 'value' }>,
  begun: string,
): Promise<Suggested[]> {
  const field = fieldOf(context, of, place.field);
  if (!field) return [];
  const isList = place.operator === '=in=' || place.operator === '=out=';
  if (isList && !place.opened) return begun === '' ? [symbol('(', 'opens the list')] : [];
  const prefix = unquoted(begun);
  const isQuoted = prefix !== begun;
  const fits = ({ text }: Suggested) => text.toLowerCase().startsWith(prefix.toLowerCase());
  const value = (text: string, description: string | null = null): Suggested => ({
    kind: 'value',
    text,
    description,
  });
  const nulls = !isQuoted && TESTS_NULL.test(place.spelling) ? [value('null', 'no value')] : [];
  if (field.kind === 'enum') return [...nulls, ...field.values.map((one) => value(one))].filter(fits);
  if (field.kind === 'boolean') return [...nulls, value('true'), value('false')].filter(fits);
  if (field.kind === 'time') {
    const now = value(context.clock().toISOString(), 'now, as a fixed time');
    const moving = [
      value(PLACEHOLDERS.now, 'whenever the filter is used'),
      value(PLACEHOLDERS.overdue, 'a target whose last poll was before this is overdue'),
    ];
    return [...nulls, ...moving, now].filter(fits);
  }
  const used = await valuesInUse(context, filterableOf(context, of), field, prefix);
  return [...nulls.filter(fits), ...used.map((one) => value(printText(one.value), one.name))];
}

/** The text of a value that is not complete yet. */
const unquoted = (begun: string): string =>
  /^["']/.test(begun) ? begun.slice(1).replace(/\\(.)/gs, '$1').replace(/\\$/, '') : begun;
