/** Whether a controllerId is in a list. In an entry, `*` stands for any text, none included; letter case counts. */
export type Matcher = (controllerId: string) => boolean;

export function matcherOf(patterns: readonly string[]): Matcher {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const wild = patterns.filter((pattern) => pattern.includes('*')).map((pattern) => pattern.split('*'));
  return (controllerId) => exact.has(controllerId) || wild.some((pieces) => fits(pieces, controllerId));
}

/** Each piece is taken where it comes first: unlike a regular expression, that never has to try again. */
function fits(pieces: readonly string[], text: string): boolean {
  const first = pieces[0]!;
  const last = pieces.at(-1)!;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= text.length - last.length;
}
