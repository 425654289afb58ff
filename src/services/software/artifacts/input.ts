import { z } from 'zod';
import { enteredText, isPathSegment, plainText, SEGMENT_RULE } from '../../shared/text.ts';

const anyHash = z.string().trim().toLowerCase();
const hash = (digits: number) =>
  anyHash.regex(new RegExp(`^[0-9a-f]{${digits}}$`), `must be ${digits} hexadecimal digits`);

/** What is said of a file: its name, and hashes that it must have. */
export const ArtifactDetails = z.object({
  filename: enteredText(1, 256)
    .refine((name) => !/[<>/\\]|\p{Cc}/u.test(name), 'must hold no <, >, /, \\ and no control characters')
    .refine(isPathSegment, SEGMENT_RULE),
  md5: hash(32).nullish(),
  sha1: hash(40).nullish(),
  sha256: hash(64).nullish(),
});

/** The same of a file that has arrived: what is no hash at all is none of its own. */
export const ReceivedDetails = ArtifactDetails.extend({
  md5: anyHash.nullish(),
  sha1: anyHash.nullish(),
  sha256: anyHash.nullish(),
});

/** Where a file may live: whoever fetches it sends no password, and the server never fetches it. */
const url = plainText(1, 2048).transform((text, check) => {
  const refuse = (message: string) => {
    check.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (!/^[\x21-\x7e]+$/.test(text)) return refuse('must be of printable ASCII, without blanks');
  if (!/^https?:\/\/[^/?#]/i.test(text) || !URL.canParse(text))
    return refuse('must be an http or https address');
  const { username, password, href } = new URL(text);
  return username || password ? refuse('must hold no user and no password: every device gets it') : href;
});

/** What is said of a file that lives elsewhere. */
export const ExternalArtifactInput = ArtifactDetails.extend({
  moduleId: z.number(),
  url,
  size: z
    .number()
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(Number.MAX_SAFE_INTEGER, 'is too large'),
  sha256: hash(64),
});
export type ExternalArtifactInput = z.input<typeof ExternalArtifactInput>;

export type ArtifactDetails = z.input<typeof ArtifactDetails>;
export type ReadDetails = z.output<typeof ReceivedDetails>;
