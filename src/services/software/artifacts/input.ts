import { z } from 'zod';
import { enteredText, isPathSegment, SEGMENT_RULE } from '../../shared/text.ts';

const hash = (digits: number) =>
  z
    .string()
    .trim()
    .toLowerCase()
    .regex(new RegExp(`^[0-9a-f]{${digits}}$`), `must be ${digits} hexadecimal digits`);

/** What is said of a file: its name, and hashes that it must have. */
export const ArtifactDetails = z.object({
  filename: enteredText(1, 256)
    .refine((name) => !/[<>/\\]|\p{Cc}/u.test(name), 'must hold no <, >, /, \\ and no control characters')
    .refine(isPathSegment, SEGMENT_RULE),
  md5: hash(32).nullish(),
  sha1: hash(40).nullish(),
  sha256: hash(64).nullish(),
});
export type ArtifactDetails = z.input<typeof ArtifactDetails>;
export type ReadDetails = z.output<typeof ArtifactDetails>;
