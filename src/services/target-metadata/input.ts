import { z } from 'zod';
import { plainText } from '../text.ts';

/** An entry to store: the key unique in the target, both kept as they are. */
export const MetadataEntry = z.object({ key: plainText(0, 128), value: plainText(0, 4000) });
export type MetadataEntry = z.output<typeof MetadataEntry>;

/** One entry or more, no key twice: which of two values counts would be a guess. */
export const MetadataEntries = z
  .array(MetadataEntry)
  .min(1, 'must have one entry at the least')
  .superRefine((entries, check) => {
    const keys = new Set<string>();
    for (const [index, { key }] of entries.entries()) {
      if (keys.has(key)) check.addIssue({ code: 'custom', path: [index, 'key'], message: 'is there twice' });
      keys.add(key);
    }
  });
