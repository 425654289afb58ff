import { z } from 'zod';
import { DomainError } from '../../../errors.ts';
import { requireFilterReadable } from '../../access/readable-fields.ts';
import type { Context } from '../../shared/context.ts';
import { enteredText, plainText } from '../../shared/text.ts';
import { parseTargetFilter, TARGET_FIELDS } from '../targets/fields.ts';

const name = enteredText(1, 128);
/** As hawkBit bounds what it stores of filters; those that are only asked may be longer. */
export const FILTER_LENGTH = 1024;
const filter = plainText(1, FILTER_LENGTH);

export const TargetFilterInput = z.object({
  name: z.preprocess((text) => text ?? '', name),
  filter: z.preprocess((text) => text ?? '', filter),
});
export type TargetFilterInput = z.input<typeof TargetFilterInput>;

/** What an update may change; undefined keeps. */
export const TargetFilterUpdate = z.object({
  id: z.number(),
  name: name.optional(),
  filter: filter.optional(),
});
export type TargetFilterUpdate = z.input<typeof TargetFilterUpdate>;

/**
 * @throws FILTER_SYNTAX, FILTER_FIELD_UNKNOWN, FILTER_VALUE_INVALID where it cannot be asked of targets; FORBIDDEN where the
 *   caller may not ask it
 */
export function checkFilter(context: Context, text: string): void {
  try {
    requireFilterReadable(context, TARGET_FIELDS, parseTargetFilter(text));
  } catch (error) {
    throw error instanceof DomainError ? error.within('filter') : error;
  }
}
