import type { ByteRange } from '../services/software/artifacts/download.ts';

/** No known client needs more ranges than this. */
const MOST_RANGES = 16;

/**
 * The ranges of a `Range` header, cut at the end of the file.
 * @returns undefined if a range is not possible: it starts after the end, is reversed, or is not in bytes. As in
 *   hawkBit, the other ranges don't count then.
 */
export function rangesOf(header: string, size: number): ByteRange[] | undefined {
  const list = /^bytes=(.+)$/i.exec(header.trim())?.[1]?.split(',') ?? [];
  if (list.length > MOST_RANGES) return undefined;
  const ranges = list.map((text) => rangeOf(text.trim(), size));
  return ranges.length && ranges.every((range) => range !== undefined) ? ranges : undefined;
}

function rangeOf(text: string, size: number): ByteRange | undefined {
  const [, begin = '', end = ''] = /^(\d*)-(\d*)$/.exec(text) ?? [];
  if (begin === '' && end === '') return undefined;
  const first = begin === '' ? Math.max(size - Number(end), 0) : Number(begin);
  const last = begin === '' || end === '' ? size - 1 : Math.min(Number(end), size - 1);
  return first <= last ? { first, last } : undefined;
}
