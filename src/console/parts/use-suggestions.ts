import { useDebouncedValue } from '@mantine/hooks';
import type { FilterEntity, FilterSuggestionsQuery } from '../api/types.documents.ts';
import { useData } from '../api/use-data.ts';
import { FilterSuggestions } from './filter.documents.ts';

export type FilterSuggestion = FilterSuggestionsQuery['filterSuggestions'][number];

/** A pause this long after a keystroke, and it is asked what can follow. */
const PAUSE_MS = 120;

/** What can come where the writer is in a filter; nothing as long as that is not known. */
export function useSuggestions(
  of: FilterEntity,
  { text, position }: { text: string; position: number },
  isOpen: boolean,
): readonly FilterSuggestion[] {
  const [asked] = useDebouncedValue({ text, position }, PAUSE_MS);
  const isCurrent = asked.text === text && asked.position === position && position <= text.length;
  const { data } = useData(FilterSuggestions, { of, ...asked }, { pause: !isOpen || !isCurrent });
  const offered = isOpen && isCurrent ? (data?.filterSuggestions ?? NONE) : NONE;
  // What stands there already is no help, and would cover what is below the field.
  return offered.length === 1 && isWritten(text, offered[0]!) ? NONE : offered;
}

const NONE: readonly FilterSuggestion[] = [];

const isWritten = (text: string, { text: word, position, length }: FilterSuggestion) =>
  text.slice(position, position + length) === word;

/** The text with a suggestion in its place, and where the writer goes on. */
export function completed(text: string, { kind, text: word, position, length }: FilterSuggestion) {
  const before = text.slice(0, position);
  const gap = kind === 'WORD' && /\S$/.test(before) ? ' ' : '';
  // After these only something else can follow, never more of the same.
  const end = kind === 'WORD' || (kind === 'VALUE' && !text.slice(position + length)) ? ' ' : '';
  const inserted = gap + word + end;
  return { text: before + inserted + text.slice(position + length), position: position + inserted.length };
}
