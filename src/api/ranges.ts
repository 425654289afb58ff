import type { ByteRange } from '../services/software/artifacts/download.ts';

/** Beyond so many a request only makes work: no client in need of them has been met. */
const MOST_RANGES = 16;

/**
 * The ranges of a `Range` header, cut at the end of what there is.
 * @returns undefined where one cannot be met: it begins behind the end, is reversed, or is none of bytes. As in hawkBit
 *   the others don't help then.
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
