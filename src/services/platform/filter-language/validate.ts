import { DomainError } from '../../../errors.ts';
import { comparisonsIn } from '../../../filters/expression.ts';
import { findField } from '../../../filters/fields.ts';
import { parseFilter } from '../../../filters/parse.ts';
import { askedFilter, mayAsk } from '../../access/readable-fields.ts';
import type { Context } from '../../shared/context.ts';
import { type FilterEntity, filterableOf } from './entities.ts';

/** Where a filter is wrong. Positions and lengths are UTF-16 units. */
export interface FilterFault {
  message: string;
  position: number;
  /** 0 if something is missing there. */
  length: number;
  expected: string | null;
  suggestion: string | null;
}

/**
 * What is wrong with a filter; null if it can be used. Also a field that the caller may not ask for is wrong. Needs the
 * permission to list the entity.
 */
export async function validateFilter(
  context: Context,
  of: FilterEntity,
  text: string,
): Promise<FilterFault | null> {
  const { fields } = filterableOf(context, of);
  try {
    const forbidden = comparisonsIn(parseFilter(text)).find(
      ({ field, fieldPosition }) => !mayAsk(context, findField(fields, field, fieldPosition)),
    );
    if (forbidden) return forbiddenFault(forbidden.field, forbidden.fieldPosition);
    await askedFilter(context, fields, text);
    return null;
  } catch (error) {
    if (!(error instanceof DomainError) || !error.code.startsWith('FILTER_')) throw error;
    const { position = 0, length = 0, expected = null, suggestion = null } = error.details;
    return { message: error.message, position, length, expected, suggestion };
  }
}

const forbiddenFault = (field: string, position: number): FilterFault => ({
  message: `At position ${position}: you may not ask for '${field}'.`,
  position,
  length: field.length,
  expected: 'a field that you may read',
  suggestion: null,
});
