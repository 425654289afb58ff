import { Failure } from '../failure.ts';
import { type Change, differing, type Index, type Kind, type Known, Missing, type Thing } from './kind.ts';
import { type Report, shown } from './report.ts';
import { Refusal, type Side } from './side.ts';
import type { Memory } from './state.ts';

export type Mode = 'import' | 'dry-run' | 'verify';

/** A move under way. */
export interface Move {
  hawkbit: Known;
  muster: Known & { add(kind: Kind, thing: Thing): void };
  mode: Mode;
  report: Report;
  memory: Memory;
  /** Requests to hawkBit at the same time. */
  width: number;
}

/** What is known of a side; lists are read when first needed. `add` notes what was created. */
export function openKnown(side: Side): Move['muster'] {
  const indexes = new Map<Kind, Promise<ReturnType<typeof newIndex>>>();
  const readAll = async (kind: Kind) => {
    const index = newIndex();
    for await (const { items } of kind.read(known)) for (const thing of items) put(index, thing);
    return index;
  };
  const known: Move['muster'] = {
    side,
    index(kind) {
      const there = indexes.get(kind) ?? readAll(kind);
      indexes.set(kind, there);
      return there;
    },
    async *read(kind) {
      const index = newIndex();
      for await (const things of kind.read(known)) {
        for (const thing of things.items) put(index, thing);
        yield things;
      }
      indexes.set(kind, Promise.resolve(index));
    },
    add(kind, thing) {
      void indexes.get(kind)?.then((index) => put(index, thing));
    },
  };
  return known;
}

const newIndex = () => ({ byId: new Map<number, string>(), byKey: new Map<string, Thing>() }) satisfies Index;

function put(index: ReturnType<typeof newIndex>, thing: Thing): void {
  index.byId.set(thing.id, thing.key);
  index.byKey.set(thing.key, thing);
}

/** Brings all of a kind over: reads a page, compares it with what Muster has, and writes what differs. */
export async function moveKind(move: Move, kind: Kind): Promise<void> {
  const { what } = kind;
  const there = await move.muster.index(kind);
  const tally = move.report.tally(what);
  const seen = new Set<string>();
  for await (const { items, total } of move.hawkbit.read(kind)) {
    for (const thing of items) {
      seen.add(thing.key);
      tally.found++;
      const found = there.byKey.get(thing.key);
      if (!found) await makeMissing(move, kind, thing);
      else await settle(move, what, { wanted: thing, found }, (change) => kind.update(move.muster, change));
      move.report.progress(what, tally.found, total);
    }
  }
  if (move.mode !== 'verify' || kind.isPart || kind.hasMore) return;
  for (const { key, title } of there.byKey.values())
    if (!seen.has(key))
      move.report.difference({ what, title, field: null, hawkbit: null, muster: 'is there' });
}

async function makeMissing({ muster, mode, report }: Move, kind: Kind, thing: Thing): Promise<void> {
  const { what, isPart } = kind;
  const tally = report.tally(what);
  if (isPart) return;
  if (mode === 'verify')
    return report.difference({ what, title: thing.title, field: null, hawkbit: 'is there', muster: null });
  if (mode === 'dry-run') return void tally.created++;
  await attempt(report, { what, title: thing.title }, async () => {
    const id = await kind.create(muster, thing);
    muster.add(kind, { ...thing, id: id ?? thing.id });
    tally.created++;
  });
}

/** Compares a thing that both sides have, and changes in Muster what differs. */
export async function settle(
  { mode, report }: Pick<Move, 'mode' | 'report'>,
  what: string,
  { wanted, found }: Omit<Change, 'fields'>,
  update: (change: Change) => Promise<void>,
): Promise<void> {
  const tally = report.tally(what);
  const fields = differing(wanted.fields, found.fields, { additive: mode !== 'verify' });
  if (!fields.length) return void tally.same++;
  if (mode === 'verify') {
    tally.changed++;
    for (const field of fields)
      report.difference({
        what,
        title: wanted.title,
        field,
        hawkbit: shown(field, wanted.fields[field]),
        muster: shown(field, found.fields[field]),
      });
    return;
  }
  if (mode === 'dry-run') return void tally.changed++;
  await attempt(report, { what, title: wanted.title }, async () => {
    await update({ wanted, found, fields });
    tally.changed++;
  });
}

/** What is refused is told, and the move goes on. */
export async function attempt(
  report: Report,
  { what, title }: { what: string; title: string },
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    // Of a user who may do too little, or a server that is away, every further try would fail, too.
    if (error instanceof Failure || !(error instanceof Refusal || error instanceof Missing)) throw error;
    report.tally(what).refused++;
    report.note({ what, title, message: error.message });
  }
}
