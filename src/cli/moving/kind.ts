import type { Side } from './side.ts';

/** What one side tells of a field; undefined where it doesn't tell, which is no difference. */
export type Value =
  | string
  | number
  | boolean
  | readonly string[]
  | Readonly<Record<string, string>>
  | undefined;
export type Fields = Readonly<Record<string, Value>>;

/** One thing of a kind, in words that mean the same on both sides: names and keys, never ids. */
export interface Thing {
  /** By what it is known again on the other side. */
  key: string;
  /** For people. */
  title: string;
  /** On its own side. */
  id: number;
  fields: Fields;
}

/** Some of the things of a kind; `total` is how many there are in all, if that is known. */
export interface Things {
  items: Thing[];
  total?: number | undefined;
}

/** Things of one side by id and by key. */
export interface Index {
  byId: ReadonlyMap<number, string>;
  byKey: ReadonlyMap<string, Thing>;
}

/** What has been read of a side. */
export interface Known {
  side: Side;
  /** Read when first asked for. */
  index(kind: Kind): Promise<Index>;
  /** Reads a list page by page, and keeps it as its index. */
  read(kind: Kind): AsyncIterable<Things>;
}

/** A kind of things that a server has so few of that they may all be kept in memory. */
export interface Kind {
  what: string;
  read(known: Known): AsyncIterable<Things>;
  /** Makes one in Muster. @returns its id, where it has one of its own */
  create(muster: Known, thing: Thing): Promise<number | undefined>;
  /** Changes the fields that differ; those that can't be changed are refused by throwing. */
  update(muster: Known, change: Change): Promise<void>;
  /** Muster has more of it by nature, which is no difference. */
  hasMore?: boolean;
  /** It is a part of what another kind tells of where it is missing. */
  isPart?: boolean;
}

export interface Change {
  /** As hawkBit has it. */
  wanted: Thing;
  /** As Muster has it. */
  found: Thing;
  /** The names of the fields that differ. */
  fields: readonly string[];
}

/** A key of several words. */
export const keyOf = (...words: string[]): string => JSON.stringify(words);

/** The id in an index of what a key names. @throws Error if it is missing */
export function idIn(index: Index, key: Value): number {
  const found = index.byKey.get(String(key));
  if (!found) throw new Missing(`${titleOf(String(key))} is not in Muster`);
  return found.id;
}

/** Something that what is to be written refers to isn't there. */
export class Missing extends Error {}

/** A key for people. */
export const titleOf = (key: string): string =>
  key.startsWith('[') ? (JSON.parse(key) as string[]).join(':') : key;

/** The names of the fields that differ. `additive`: what Muster alone has of a list or a map is no difference. */
export function differing(wanted: Fields, found: Fields, { additive = false } = {}): string[] {
  return Object.keys(wanted).filter((name) => {
    const [left, right] = [wanted[name], found[name]];
    if (left === undefined || right === undefined) return false;
    return !isSame(left, right, additive);
  });
}

function isSame(left: Value, right: Value, additive: boolean): boolean {
  if (typeof left !== 'object' || typeof right !== 'object') return left === right;
  const [mine, theirs] = [entriesOf(left), entriesOf(right)];
  const holds = (all: Map<string, string>, [key, value]: [string, string]) => all.get(key) === value;
  return (
    [...mine].every((entry) => holds(theirs, entry)) &&
    (additive || [...theirs].every((entry) => holds(mine, entry)))
  );
}

const entriesOf = (value: readonly string[] | Readonly<Record<string, string>>): Map<string, string> =>
  Array.isArray(value) ? new Map(value.map((one) => [one, ''])) : new Map(Object.entries(value));

/** What Muster lacks of a list. */
export const lacking = (wanted: Value, found: Value): string[] =>
  ((wanted ?? []) as readonly string[]).filter((one) => !((found ?? []) as readonly string[]).includes(one));

/** What Muster lacks of a map, or has otherwise. */
export const lackingEntries = (wanted: Value, found: Value): [string, string][] =>
  Object.entries((wanted ?? {}) as Record<string, string>).filter(
    ([key, value]) => ((found ?? {}) as Record<string, string>)[key] !== value,
  );

/** Items that have the same key, together. */
export function groupedBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
