import { z } from 'zod';
import { enteredText } from '../../shared/text.ts';

const description = enteredText(0, 512);
const vendor = enteredText(0, 256);

/** One software module to create; `type` is the key of its type. */
export const SoftwareModuleInput = z
  .object({
    type: enteredText(1, 64),
    name: enteredText(1, 128),
    version: enteredText(1, 64),
    description: description.nullish(),
    vendor: vendor.nullish(),
    encrypted: z.boolean().nullish(),
  })
  .transform(({ description, vendor, encrypted, ...rest }) => ({
    ...rest,
    description: description ?? null,
    vendor: vendor ?? null,
    encrypted: encrypted ?? false,
  }));
export type SoftwareModuleInput = z.input<typeof SoftwareModuleInput>;
export type NewSoftwareModule = z.output<typeof SoftwareModuleInput>;

/** What an update may change; the rest never changes. */
export const SoftwareModuleUpdate = z.object({
  id: z.number(),
  description: description.nullish(),
  vendor: vendor.nullish(),
  locked: z.boolean().optional(),
});
export type SoftwareModuleUpdate = z.input<typeof SoftwareModuleUpdate>;
