import { DomainError } from '../../../errors.ts';
import { checkedFilter } from '../../../filters/checked.ts';
import { comparisonsIn } from '../../../filters/expression.ts';
import { MOST_FAULTS } from '../../../filters/faults.ts';
import { fieldNamed } from '../../../filters/fields.ts';
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
 * What is wrong with a filter, in the order of the text, up to 20 faults; nothing if it can be used. Also a field that
 * the caller may not ask for is wrong. Needs the permission to list the entity.
 */
export async function validateFilter(
  context: Context,
  of: FilterEntity,
  text: string,
): Promise<FilterFault[]> {
  const { fields } = filterableOf(context, of);
  const faults: FilterFault[] = [];
  try {
    for (const { field, fieldPosition } of comparisonsIn(parseFilter(text))) {
      const found = fieldNamed(fields, field);
      if (found && !mayAsk(context, found)) faults.push(forbiddenFault(field, fieldPosition));
    }
    if (faults.length) checkedFilter(fields, text);
    else await askedFilter(context, fields, text);
  } catch (error) {
    if (!(error instanceof DomainError) || !error.code.startsWith('FILTER_')) throw error;
    faults.push(...error.all.map(faultOf));
  }
  return faults.sort((one, other) => one.position - other.position).slice(0, MOST_FAULTS);
}

const faultOf = ({ message, details }: DomainError): FilterFault => {
  const { position = 0, length = 0, expected = null, suggestion = null } = details;
  return { message, position, length, expected, suggestion };
};

const forbiddenFault = (field: string, position: number): FilterFault => ({
  message: `At position ${position}: you may not ask for '${field}'.`,
  position,
  length: field.length,
  expected: 'a field that you may read',
  suggestion: null,
});
