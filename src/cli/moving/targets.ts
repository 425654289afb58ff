import { randomUUID } from 'node:crypto';
import { refused } from '../failure.ts';
import type { RunningImport } from '../upload.ts';
import { type Fields, groupedBy, type Thing } from './kind.ts';
import { attempt, type Move, settle } from './move.ts';
import { musterTargets } from './muster-targets.ts';
import { readTargets, type Target, wordsOf } from './read-targets.ts';
import type { Side } from './side.ts';

export const TARGETS = 'targets';

/** As GraphQL tells of a target. */
interface MusterTarget {
  id: string;
  controllerId: string;
  name: string;
  description: string | null;
  group: string | null;
  address: string | null;
  securityToken: string | null;
  requestAttributes: boolean;
  targetType: { key: string } | null;
  attributes: { key: string; value: string }[];
  metadata: { key: string; value: string }[];
  autoConfirm: { active: boolean; initiator: string | null; remark: string | null } | null;
}
const FIELDS = `id name description group address securityToken requestAttributes targetType { key }
  attributes { key value } metadata { key value } autoConfirm { active initiator remark }`;

/** Brings the targets over: a page of hawkBit's, what Muster has of it, one file of what differs; then it is remembered. */
export async function moveTargets(move: Move): Promise<void> {
  const { report, memory } = move;
  const tally = report.tally(TARGETS);
  for await (const { targets, offset, total, gone } of readTargets(move, memory.positionOf(TARGETS))) {
    tally.found += targets.length;
    const found = await musterTargets<MusterTarget>(
      move.muster.side,
      targets.map(({ controllerId }) => controllerId),
      FIELDS,
    );
    await bring(move, targets, found);
    report.progress(TARGETS, offset + targets.length + gone, total);
    await memory.reached(TARGETS, offset + targets.length + gone, report.tallies());
  }
}

async function bring(move: Move, targets: Target[], found: Map<string, MusterTarget>): Promise<void> {
  const { report, mode } = move;
  const tally = report.tally(TARGETS);
  const written: Target[] = [];
  for (const wanted of targets) {
    const there = found.get(wanted.controllerId);
    if (there) {
      const sides = { wanted: thingOf(wanted), found: thingOf(asTarget(there)) };
      await settle(move, TARGETS, sides, async ({ fields }) => {
        if (fields.some((field) => field !== 'autoConfirm')) written.push(wanted);
        if (fields.includes('targetType') && !wanted.targetType)
          await move.muster.side.send(
            'DELETE',
            `targets/${encodeURIComponent(wanted.controllerId)}/targettype`,
          );
      });
    } else if (mode === 'verify') {
      report.difference({
        what: TARGETS,
        title: wanted.controllerId,
        field: null,
        hawkbit: 'is there',
        muster: null,
      });
    } else {
      tally.created++;
      if (mode === 'import') written.push(wanted);
    }
  }
  if (mode !== 'import') return;
  if (written.length) await importRows(move, written, found);
  await confirmThemselves(move, targets, found);
}

/** One file of targets, which Muster takes in as a whole; the rows that it refuses are told. */
async function importRows(move: Move, targets: Target[], found: ReadonlyMap<string, unknown>): Promise<void> {
  const { side } = move.muster;
  const key = randomUUID();
  const body = targets.map((target) => JSON.stringify(rowOf(target))).join('\n');
  const path = `imports?mode=upsert&key=${key}`;
  const headers = { 'Content-Type': 'application/x-ndjson' };
  const response = await side.fetch(path, { method: 'POST', headers, body });
  const done = (await response.json()) as RunningImport;
  if (!done.faults) return;
  const faults = await (await side.fetch(`imports/${done.id}/faults`)).text();
  const tally = move.report.tally(TARGETS);
  const refusedRows = new Set<string>();
  for (const line of faults.split('\n').filter(Boolean)) {
    const { controllerId, field, message } = JSON.parse(line) as Record<string, string>;
    const title = controllerId ?? '?';
    move.report.note({ what: TARGETS, title, message: field ? `${field}: ${message}` : String(message) });
    if (refusedRows.has(title)) continue;
    refusedRows.add(title);
    tally.refused++;
    if (found.has(title)) tally.changed--;
    else tally.created--;
  }
}

const rowOf = ({ autoConfirm: _, ...target }: Target) => {
  // Of what isn't told nothing is said.
  return Object.fromEntries(Object.entries(target).filter(([, value]) => value !== undefined));
};

/** Gives the targets that confirm by themselves in hawkBit that consent in Muster; those of the same words together. */
async function confirmThemselves(
  { muster, report }: Move,
  targets: Target[],
  found: ReadonlyMap<string, MusterTarget>,
): Promise<void> {
  const wanting = targets.filter(({ controllerId, autoConfirm }) => {
    const there = found.get(controllerId);
    return autoConfirm !== undefined && autoConfirm !== (there ? asTarget(there).autoConfirm : '');
  });
  const alike = groupedBy(wanting, ({ autoConfirm }) => autoConfirm!);
  for (const [words, group] of alike) {
    const names = group.map(({ controllerId }) => controllerId);
    const ids = await idsOf(muster.side, names);
    if (!ids.length) continue;
    await attempt(report, { what: TARGETS, title: names.join(', ') }, async () => {
      // While it is active its words stay.
      const active = words !== '';
      const wasActive = group.some(({ controllerId }) => found.get(controllerId)?.autoConfirm?.active);
      if (active && wasActive) await setAutoConfirm(muster.side, ids, { active: false });
      const [initiator, remark] = active ? (JSON.parse(words) as string[]) : [];
      await setAutoConfirm(muster.side, ids, {
        active,
        ...(initiator && { initiator }),
        ...(remark && { remark }),
      });
    });
  }
}

const setAutoConfirm = (side: Side, ids: string[], how: object) =>
  side.ask(
    'mutation ($input: SetAutoConfirmInput!) { setAutoConfirm(input: $input) { affectedCount userErrors { message } } }',
    { input: { targets: { ids }, ...how } },
  );

async function idsOf(side: Side, controllerIds: string[]): Promise<string[]> {
  const found = await musterTargets<{ controllerId: string; id: string }>(side, controllerIds, 'id');
  return [...found.values()].map(({ id }) => id);
}

const thingOf = ({ controllerId, ...fields }: Target): Thing => ({
  key: controllerId,
  title: controllerId,
  id: 0,
  fields: fields as unknown as Fields,
});

function asTarget({ id: _, targetType, attributes, metadata, autoConfirm, ...rest }: MusterTarget): Target {
  if (rest.securityToken === null)
    throw refused(
      "Muster doesn't show the tokens of targets: its user needs READ_TARGET_SECURITY_TOKEN, or nothing can be compared",
    );
  return {
    ...rest,
    description: rest.description ?? '',
    group: rest.group ?? '',
    address: rest.address ?? '',
    securityToken: rest.securityToken,
    targetType: targetType?.key ?? '',
    attributes: entriesOf(attributes),
    metadata: entriesOf(metadata),
    autoConfirm: autoConfirm?.active ? wordsOf(autoConfirm) : '',
  };
}

const entriesOf = (entries: { key: string; value: string }[]) =>
  Object.fromEntries(entries.map(({ key, value }) => [key, value]));
