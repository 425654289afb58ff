/** For each id its row, or undefined where there is none. */
export function inOrderOf<T extends { id: number }>(
  ids: readonly number[],
  rows: readonly T[],
): (T | undefined)[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}
