/** What a file tells about itself: an update for SWUpdate or for RAUC. */
export interface ContentInfo {
  format: 'swu' | 'rauc';
  version: string | null;
  description: string | null;
  /** The hardware it is for, as the file names it. Of a RAUC bundle: what it is compatible with. */
  hardwareCompatibility: string[];
  /** What of it could not be read, and why; null if all could. */
  problem: string | null;
}

const LONGEST_TEXT = 512;
const MOST_NAMES = 100;

/** A text from a file, cut to what is kept of it; null if there is none. */
export function textOf(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  // The database can't store a NUL, and nobody wants the other control characters.
  const text = String(value)
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .trim()
    .toWellFormed();
  return text ? [...text].slice(0, LONGEST_TEXT).join('') : null;
}

export function textsOf(values: readonly unknown[]): string[] {
  const texts = values.map(textOf).filter((text) => text !== null);
  return [...new Set(texts)].slice(0, MOST_NAMES);
}

export const unreadable = (format: ContentInfo['format'], problem: string): ContentInfo => ({
  format,
  version: null,
  description: null,
  hardwareCompatibility: [],
  problem,
});
