import { and, eq, sql } from 'drizzle-orm';
import { arrayOf, isAmong } from '../../../database/bulk.ts';
import type { Database, Transaction } from '../../../database/connect.ts';
import { prepared } from '../../../database/prepared.ts';
import { targets } from '../../../database/tables/targets.ts';
import { DomainError } from '../../../errors.ts';
import {
  type Attribute,
  type AttributeChange,
  type AttributeEntry,
  type AttributeMode,
  attributeChange,
  attributesOf,
  checkAttributes,
  writeAttributes,
} from '../../fleet/targets/attributes.ts';
import { lockOwnTarget } from '../../fleet/targets/selection.ts';
import { type Changes, change } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';
import { type Outcome, openGatherer } from '../../shared/gather.ts';

/**
 * A device tells its attributes, which ends the server's request for them. Not a change of the target by a user:
 * who modified it last stays. Uploads of a tenant's devices that come at the same time share a transaction.
 * @throws INVALID_ATTRIBUTES, QUOTA_EXCEEDED, TARGET_NOT_FOUND
 */
export async function reportAttributes(
  device: ActorContext,
  mode: AttributeMode,
  entries: readonly AttributeEntry[],
): Promise<void> {
  checkAttributes(entries);
  await gathererOf(device.database)({ device, mode, entries });
}

interface Upload {
  device: ActorContext;
  mode: AttributeMode;
  entries: readonly AttributeEntry[];
}

const gathererOf = prepared((_: Database) =>
  openGatherer<Upload>({
    groupOf: ({ device }) => String(device.caller.tenantId),
    keyOf: ({ device }) => device.caller.username,
    together: (uploads) =>
      change(uploads[0]!.device, async (tx, changes) => {
        const names = uploads.map(({ device }) => device.caller.username);
        const locked = await lockOwnTargets(tx, uploads[0]!.device.caller.tenantId, names);
        const met = uploads.flatMap((upload) => {
          const target = locked.get(upload.device.caller.username);
          return target ? [{ upload, target }] : [];
        });
        const outcomes = await write(tx, changes, met);
        return uploads.map((upload) => outcomes.get(upload) ?? 'alone');
      }),
    alone: (upload) =>
      change(upload.device, async (tx, changes) => {
        const target = await lockOwnTarget(tx, upload.device);
        const outcome = (await write(tx, changes, [{ upload, target }])).get(upload);
        if (outcome instanceof Error) throw outcome;
      }),
  }),
);

interface OwnTarget {
  id: number;
  requestAttributes: boolean;
}

/** The devices' targets, locked, by controllerId. Waits for nobody: what is locked already is left out. */
async function lockOwnTargets(
  tx: Transaction,
  tenantId: number,
  controllerIds: readonly string[],
): Promise<Map<string, OwnTarget>> {
  const { id, controllerId, requestAttributes } = targets;
  const rows = await tx
    .select({ id, controllerId, requestAttributes })
    .from(targets)
    .where(and(eq(targets.tenantId, tenantId), sql`${controllerId} = ANY(${arrayOf(controllerIds)}::text[])`))
    .orderBy(id)
    .for('no key update', { skipLocked: true });
  return new Map(rows.map((row) => [row.controllerId, row]));
}

interface Met {
  upload: Upload;
  target: OwnTarget;
}

/** Writes the uploads of one tenant's devices to their locked targets. @returns what became of each upload */
async function write(tx: Transaction, changes: Changes, met: readonly Met[]): Promise<Map<Upload, Outcome>> {
  const outcomes = new Map<Upload, Outcome>();
  if (!met.length) return outcomes;
  const { tenantId } = met[0]!.upload.device.caller;
  const before = await attributesByTarget(tx, tenantId, met);
  const news = new Map<number, AttributeChange>();
  for (const { upload, target } of met) {
    try {
      const told = attributeChange(before.get(target.id) ?? [], upload.mode, upload.entries);
      if (told) news.set(target.id, told);
      outcomes.set(upload, 'done');
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      outcomes.set(upload, error);
    }
  }
  await writeAttributes(tx, tenantId, news);
  const done = met.filter(({ upload }) => outcomes.get(upload) === 'done');
  const asked = done.filter(({ target }) => target.requestAttributes).map(({ target }) => target.id);
  if (asked.length)
    await tx
      .update(targets)
      .set({ requestAttributes: false })
      .where(and(eq(targets.tenantId, tenantId), isAmong(targets.id, asked)));
  for (const { upload, target } of done) record(changes, upload, target, news.get(target.id));
  return outcomes;
}

async function attributesByTarget(tx: Transaction, tenantId: number, met: readonly Met[]) {
  const found = new Map<number, Attribute[]>(met.map(({ target }) => [target.id, []]));
  for (const row of await attributesOf(tx, tenantId, [...found.keys()])) found.get(row.targetId)!.push(row);
  return found;
}

/** Devices send the same again and again: that is no change. */
function record(
  changes: Changes,
  { device }: Upload,
  { requestAttributes }: OwnTarget,
  news: AttributeChange | undefined,
): void {
  if (!news && !requestAttributes) return;
  const subjects = [device.caller.username];
  const answered = requestAttributes && { requestAttributes: { old: true, new: false } };
  changes.targets(subjects);
  changes.record(
    { type: 'target.attributes-reported', subjects, changes: { ...news?.changed, ...answered } },
    device,
  );
}
