import { idIn, type Kind, type Known, titleOf } from './kind.ts';
import { attempt, type Move } from './move.ts';
import { lists, musterTargets } from './muster-targets.ts';
import { DISTRIBUTION_SETS } from './sets.ts';
import { TARGET_TAGS } from './tags.ts';

/** Which targets belong to something: have a tag, or a set. They are so many that they are read by pages. */
export interface Members {
  what: string;
  /** Of what there are members. */
  owners: Kind;
  /** The list of them, on both sides. */
  path(ownerId: number): string;
  /** Which of these targets Muster has as members. */
  present(muster: Known, owner: string, controllerIds: string[]): Promise<Set<string>>;
  add(muster: Known, ownerId: number, controllerIds: string[]): Promise<unknown>;
}

interface Tagged {
  controllerId: string;
  tags: { name: string }[];
}
interface Installed {
  controllerId: string;
  installedDistributionSet: { name: string; version: string } | null;
}

export const TAGGED_TARGETS: Members = {
  what: 'tags of targets',
  owners: TARGET_TAGS,
  path: (id) => `targettags/${id}/assigned`,
  async present({ side }, tag, controllerIds) {
    const found = await musterTargets<Tagged>(side, controllerIds, 'tags { name }');
    const having = [...found.values()].filter(({ tags }) => tags.some(({ name }) => name === tag));
    return new Set(having.map(({ controllerId }) => controllerId));
  },
  add: ({ side }, id, controllerIds) =>
    side.send('POST', `targettags/${id}/assigned?onNotFoundPolicy=ON_WHAT_FOUND_AND_SUCCESS`, controllerIds),
};

export const INSTALLED_SETS: Members = {
  what: 'installed distribution sets',
  owners: DISTRIBUTION_SETS,
  path: (id) => `distributionsets/${id}/installedTargets`,
  async present({ side }, set, controllerIds) {
    const fields = 'installedDistributionSet { name version }';
    const found = await musterTargets<Installed>(side, controllerIds, fields);
    const having = [...found.values()].filter(
      ({ installedDistributionSet: has }) => has && JSON.stringify([has.name, has.version]) === set,
    );
    return new Set(having.map(({ controllerId }) => controllerId));
  },
  // An assignment that is done already: devices have nothing to do.
  add: ({ side }, id, controllerIds) =>
    side.send(
      'POST',
      `distributionsets/${id}/assignedTargets?offline=true`,
      controllerIds.map((controllerId) => ({ id: controllerId })),
    ),
};

/** Brings members over, one owner after the other; it is remembered which owners are done. */
export async function moveMembers(move: Move, members: Members): Promise<void> {
  const { what, owners } = members;
  const { report, memory, hawkbit } = move;
  const all = [...(await hawkbit.index(owners)).byKey.values()].sort((left, right) => left.id - right.id);
  const doneTo = memory.positionOf(what);
  for (const [index, owner] of all.entries()) {
    if (owner.id <= doneTo) continue;
    await moveMembersOf(move, members, owner);
    report.progress(what, index + 1, all.length);
    await memory.reached(what, owner.id, report.tallies());
  }
}

async function moveMembersOf(
  move: Move,
  members: Members,
  owner: { key: string; id: number },
): Promise<void> {
  const { report, mode, muster, hawkbit } = move;
  const { what } = members;
  const tally = report.tally(what);
  const title = titleOf(owner.key);
  const there = (await muster.index(members.owners)).byKey.get(owner.key);
  let common = 0;
  const pages = hawkbit.side.pages<{ controllerId: string }>(
    `${members.path(owner.id)}?sort=controllerId:ASC`,
  );
  for await (const { items } of pages) {
    const names = items.map(({ controllerId }) => controllerId);
    if (!names.length) continue;
    tally.found += names.length;
    const present = there ? await members.present(muster, owner.key, names) : new Set<string>();
    const missing = names.filter((name) => !present.has(name));
    common += present.size;
    tally.same += present.size;
    if (mode === 'dry-run') tally.created += missing.length;
    else if (mode === 'verify')
      for (const name of missing)
        report.difference({
          what,
          title: `${title} of ${name}`,
          field: null,
          hawkbit: 'is there',
          muster: null,
        });
    else if (missing.length)
      await attempt(report, { what, title }, async () => {
        await members.add(muster, idIn(await muster.index(members.owners), owner.key), missing);
        tally.created += missing.length;
      });
  }
  if (mode === 'verify' && there) await tellExtras(move, members, { owner, id: there.id, common });
}

/** Tells of the members that only Muster has; looks for them only where there are any. */
async function tellExtras(
  { report, muster, hawkbit }: Move,
  { what, path }: Members,
  { owner, id, common }: { owner: { key: string; id: number }; id: number; common: number },
): Promise<void> {
  const list = `${path(id)}?sort=controllerId:ASC`;
  if ((await muster.side.total(list)) <= common) return;
  for await (const { items } of muster.side.pages<{ controllerId: string }>(list)) {
    const names = items.map(({ controllerId }) => controllerId);
    const known = await inHawkbit(hawkbit, path(owner.id), names);
    for (const name of names.filter((one) => !known.has(one))) {
      const title = `${titleOf(owner.key)} of ${name}`;
      report.difference({ what, title, field: null, hawkbit: null, muster: 'is there' });
    }
  }
}

/** Addresses of most servers may have 8 KiB, and each character may take three. */
const LONGEST_QUERY = 2_000;

/** Which of these targets a list of hawkBit has. */
async function inHawkbit({ side }: Known, path: string, controllerIds: string[]): Promise<Set<string>> {
  const known = new Set<string>();
  for (const list of lists(controllerIds, LONGEST_QUERY)) {
    const query = encodeURIComponent(`controllerId=in=(${list})`);
    for (const { controllerId } of await side.all<{ controllerId: string }>(`${path}?q=${query}`))
      known.add(controllerId);
  }
  return known;
}

/** Tells of the targets that only Muster has; looks for them only where there are any. */
export async function tellTargetsOfMusterAlone(
  { report, muster, hawkbit }: Move,
  common: number,
): Promise<void> {
  if ((await muster.side.total('targets')) <= common) return;
  for await (const { items } of muster.side.pages<{ controllerId: string }>(
    'targets?sort=controllerId:ASC',
  )) {
    const names = items.map(({ controllerId }) => controllerId);
    const known = await inHawkbit(hawkbit, 'targets', names);
    for (const title of names.filter((one) => !known.has(one)))
      report.difference({ what: 'targets', title, field: null, hawkbit: null, muster: 'is there' });
  }
}
