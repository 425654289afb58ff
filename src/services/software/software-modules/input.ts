import { z } from 'zod';
import { enteredText } from '../../shared/text.ts';

const description = enteredText(0, 512);
const vendor = enteredText(0, 256);

/** One software module to create; `type` is the key of its type, which `typeId` may name instead. */
export const SoftwareModuleInput = z
  .object({
    type: enteredText(1, 64).optional(),
    typeId: z.number().optional(),
    name: enteredText(1, 128),
    version: enteredText(1, 64),
    description: description.nullish(),
    vendor: vendor.nullish(),
    encrypted: z.boolean().nullish(),
  })
  .refine(({ type, typeId }) => (type === undefined) !== (typeId === undefined), {
    path: ['type'],
    message: 'must be the key of a type',
  })
  .transform(({ type, description, vendor, encrypted, ...rest }) => ({
    ...rest,
    // Of one that is named by its id it is filled in when it is read.
    type: type ?? '',
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
