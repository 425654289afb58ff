import { z } from 'zod';
import { MetadataEntry } from '../../fleet/target-metadata/input.ts';

/** An entry to store; devices don't see it by default. */
export const ModuleMetadataEntry = MetadataEntry.extend({
  targetVisible: z.boolean().nullish(),
}).transform(({ targetVisible, ...entry }) => ({ ...entry, targetVisible: targetVisible ?? false }));
export type ModuleMetadataEntry = z.output<typeof ModuleMetadataEntry>;
