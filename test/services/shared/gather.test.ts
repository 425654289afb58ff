import { expect, it, vi } from 'vitest';
import { DatabaseUnavailableError } from '../../../src/database/unavailable.ts';
import { type Outcome, openGatherer } from '../../../src/services/shared/gather.ts';

interface Piece {
  group: string;
  key: string;
}

function open(together: (pieces: readonly Piece[]) => Promise<readonly Outcome[]>) {
  const goes: string[][] = [];
  const alone = vi.fn(async (_: Piece) => {});
  const gather = openGatherer<Piece>({
    groupOf: ({ group }) => group,
    keyOf: ({ key }) => key,
    together(pieces) {
      goes.push(pieces.map(({ group, key }) => `${group}/${key}`));
      return together(pieces);
    },
    alone,
  });
  return { goes, alone, gather: (name: string) => gather({ group: name[0]!, key: name.slice(2) }) };
}

const allDone = async (pieces: readonly Piece[]) => pieces.map((): Outcome => 'done');

it('does together what comes together, group by group', async () => {
  const { goes, gather } = open(allDone);
  await Promise.all(['a/1', 'a/2', 'b/1', 'a/3'].map(gather));
  expect(goes).toEqual([['a/1', 'a/2', 'a/3'], ['b/1']]);
});

it('gathers what comes while a go of the same group is under way', async () => {
  const ends: (() => void)[] = [];
  const { goes, gather } = open(async (pieces) => {
    await new Promise<void>((end) => ends.push(end));
    return allDone(pieces);
  });
  const first = gather('a/1');
  await vi.waitFor(() => expect(goes).toHaveLength(1));
  const rest = ['a/2', 'a/3', 'a/4'].map(gather);
  // Another group doesn't wait for it.
  const other = gather('b/1');
  await vi.waitFor(() => expect(goes).toEqual([['a/1'], ['b/1']]));
  ends[0]!();
  await first;
  await vi.waitFor(() => expect(goes[2]).toEqual(['a/2', 'a/3', 'a/4']));
  for (const end of ends) end();
  await Promise.all([other, ...rest]);
});

it('does only one of a key in a go, and takes no more than 200', async () => {
  const { goes, gather } = open(allDone);
  await Promise.all(['a/1', 'a/1', 'a/1', ...Array.from({ length: 300 }, (_, n) => `a/x${n}`)].map(gather));
  expect(goes[0]).toHaveLength(200);
  expect(goes.flat()).toHaveLength(303);
  for (const go of goes) expect(new Set(go).size).toBe(go.length);
});

it('gives each piece an outcome of its own', async () => {
  const refused = new Error('refused');
  const { alone, gather } = open(async (pieces) =>
    pieces.map(({ key }) => (key === 'bad' ? refused : key === 'locked' ? 'alone' : 'done')),
  );
  const outcomes = await Promise.allSettled(['a/1', 'a/bad', 'a/locked'].map(gather));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(outcomes[1]).toMatchObject({ reason: refused });
  expect(alone.mock.calls).toEqual([[{ group: 'a', key: 'locked' }]]);
});

it('does the pieces alone where a go fails, but not without a database', async () => {
  let error: Error = new Error('poison');
  const { alone, gather } = open(() => Promise.reject(error));
  alone.mockImplementation(async ({ key }) => {
    if (key === 'poison') throw error;
  });
  const outcomes = await Promise.allSettled(['a/1', 'a/poison', 'a/2'].map(gather));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(alone).toHaveBeenCalledTimes(3);
  // Who is alone already isn't tried again.
  await expect(gather('a/1')).rejects.toBe(error);
  error = new DatabaseUnavailableError('it is away');
  await expect(Promise.all(['a/1', 'a/2'].map(gather))).rejects.toBe(error);
  expect(alone).toHaveBeenCalledTimes(3);
});

it('does what has one key in the order in which it came, also while a piece is done alone', async () => {
  const done: string[] = [];
  let end = () => {};
  const alone = vi.fn(async () => {
    await new Promise<void>((go) => {
      end = go;
    });
    done.push('first');
  });
  let goes = 0;
  const gather = openGatherer<string>({
    groupOf: () => 'a',
    keyOf: (piece) => (piece === 'other' ? piece : 'key'),
    async together(pieces) {
      if (!goes++) return ['alone'];
      done.push(...pieces);
      return pieces.map((): Outcome => 'done');
    },
    alone,
  });
  const all = [gather('first'), gather('second'), gather('third')];
  await vi.waitFor(() => expect(alone).toHaveBeenCalled());
  await gather('other');
  end();
  await Promise.all(all);
  expect(done).toEqual(['other', 'first', 'second', 'third']);
});
