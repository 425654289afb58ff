const SHORTEST = '2026-01-02 03:04:05+00'.length;
const LONGEST = '2026-01-02 03:04:05.678+00'.length;
const ZERO = 48;

/** Reads a `timestamptz(3)` as PostgreSQL writes it in UTC, for which `Date` needs twice as long; others as `Date` does. */
export function timeOf(text: string): Date {
  const { length } = text;
  const two = (at: number) => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 11 * ZERO;
  const isUsual = length >= SHORTEST && length <= LONGEST && text.endsWith('+00');
  if (!isUsual) return new Date(text);
  // Otherwise years below 100 are taken for those of a later century.
  if (text[0] === '0') return new Date(`${text.slice(0, -3).replace(' ', 'T')}Z`);
  const milliseconds = length > SHORTEST ? Number(text.slice(SHORTEST - 2, -3).padEnd(3, '0')) : 0;
  return new Date(
    Date.UTC(two(0) * 100 + two(2), two(5) - 1, two(8), two(11), two(14), two(17), milliseconds),
  );
}
