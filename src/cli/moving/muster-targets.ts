import { printText } from '../../filters/print.ts';
import { listOf } from '../lists.ts';
import type { Side } from './side.ts';

/** A filter has at most 8,192 characters. */
const LONGEST_LIST = 7_500;

/** What Muster has of targets, by controllerId, in as few requests as their names allow. */
export async function musterTargets<T extends { controllerId: string }>(
  muster: Side,
  controllerIds: readonly string[],
  fields: string,
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  const wanted = new Set(controllerIds);
  for (const list of lists(controllerIds)) {
    const filter = `controllerId=in=(${list})`;
    // Filters don't mind the case of letters: there may be more than were asked for.
    for (const target of await listOf<T>(muster, 'targets', `controllerId ${fields}`, { filter }))
      if (wanted.has(target.controllerId)) found.set(target.controllerId, target);
  }
  return found;
}

/** Names as the lists of filters. */
export function* lists(names: readonly string[], longest = LONGEST_LIST): Generator<string> {
  let list = '';
  for (const name of names) {
    const text = printText(name);
    if (list && list.length + text.length >= longest) {
      yield list;
      list = '';
    }
    list += list ? `,${text}` : text;
  }
  if (list) yield list;
}
