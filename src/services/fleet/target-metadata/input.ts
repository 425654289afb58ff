import { z } from 'zod';
import { isPathSegment, plainText, SEGMENT_RULE } from '../../shared/text.ts';

/** Entries of one target, module or set. */
export const MOST_ENTRIES = 100;

export const LONGEST_KEY = 128;
export const LONGEST_VALUE = 4_000;

/** An entry to store: the key unique in the target, both kept as they are. */
export const MetadataEntry = z.object({
  key: plainText(0, LONGEST_KEY).refine(isPathSegment, SEGMENT_RULE),
  value: plainText(0, LONGEST_VALUE),
});
export type MetadataEntry = z.output<typeof MetadataEntry>;

/** One entry or more, no key twice: which of two values counts would be a guess. */
export const entriesOf = <T extends { key: string }, I>(entry: z.ZodType<T, I>) =>
  z
    .array(entry)
    .min(1, 'must have one entry at the least')
    .superRefine((entries, check) => {
      const keys = new Set<string>();
      for (const [index, { key }] of entries.entries()) {
        if (keys.has(key))
          check.addIssue({ code: 'custom', path: [index, 'key'], message: 'is there twice' });
        keys.add(key);
      }
    });

export const MetadataEntries = entriesOf(MetadataEntry);
