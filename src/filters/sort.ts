import { sortDirectionInvalid, sortFieldUnknown, sortSyntax } from '../errors.ts';

export interface SortKey<F extends string> {
  field: F;
  direction: 'asc' | 'desc';
}

const MAX_LENGTH = 1024;

/**
 * Reads `name:ASC,createdAt:desc`. `sortable` has the field for each name, in any case. A field that is named again is
 * left out, because it can't change the order.
 */
export function parseSort<F extends string>(
  text: string,
  sortable: Readonly<Record<string, F>>,
): SortKey<F>[] {
  if (text.length > MAX_LENGTH) throw sortSyntax();
  const fields = new Map(Object.entries(sortable).map(([name, field]) => [name.toLowerCase(), field]));

  const keys = new Map<F, SortKey<F>>();
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const [name, direction, ...more] = entry.split(':').map((part) => part.trim());
    if (!name || !direction || more.length > 0) throw sortSyntax();

    const field = fields.get(name.toLowerCase());
    if (field === undefined) throw sortFieldUnknown();
    if (!/^(asc|desc)$/i.test(direction)) throw sortDirectionInvalid();
    if (!keys.has(field)) {
      keys.set(field, { field, direction: direction.toLowerCase() as 'asc' | 'desc' });
    }
  }
  return [...keys.values()];
}
