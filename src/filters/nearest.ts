/** The word with the fewest differences; undefined if there are no words. */
export function nearestOf(words: readonly string[], wanted: string): string | undefined {
  const distances = words.map((word) => editDistance(word, wanted));
  return words[distances.indexOf(Math.min(...distances))];
}

/** Levenshtein's: how many letters to insert, remove or replace. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
