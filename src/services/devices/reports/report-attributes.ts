import { and, eq, sql } from 'drizzle-orm';
import { arrayText } from '../../../database/arrays.ts';
import type { Transaction } from '../../../database/connect.ts';
import { prepared, preparedSql } from '../../../database/prepared.ts';
import { targets } from '../../../database/tables/targets.ts';
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
import { isHere } from '../../fleet/targets/target.ts';
import { recordNear } from '../../platform/near-limits.ts';
import { targetLimit } from '../../platform/quotas.ts';
import type { Changes } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';
import { gatherMessages, type Met } from './gather-messages.ts';

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

/** Devices send the same again and again: that is no change. */
const gathererOf = gatherMessages<Upload, OwnTarget, Held, Told>({
  lockTogether: (tx, tenantId, uploads) =>
    lockOwnTargets(
      tx,
      tenantId,
      uploads.map(({ device }) => device.caller.username),
    ),
  lockAlone: (tx, { device }) => lockOwnTarget(tx, device),
  read: readHeld,
  decide({ message: { mode, entries }, row }, { before, most }) {
    const news = attributeChange(before.get(row.id) ?? [], { mode, entries, most });
    return news || row.requestAttributes ? { most, ...(news && { news }) } : undefined;
  },
  write,
});

/** What an upload changes, where it changes anything, and how much the target may have. */
interface Told {
  news?: AttributeChange;
  most: number;
}

/** What targets have, by id, and how much each may have. */
interface Held {
  before: ReadonlyMap<number, Attribute[]>;
  most: number;
}

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
  const rows = await lockTargets(tx).execute({ tenantId, controllerIds: arrayText(controllerIds) });
  return new Map(rows.map((row) => [row.controllerId, row]));
}

const lockTargets = prepared((database) => {
  const { tenantId, id, controllerId, requestAttributes } = targets;
  return database
    .select({ id, controllerId, requestAttributes })
    .from(targets)
    .where(
      and(
        eq(tenantId, sql.placeholder('tenantId')),
        sql`${controllerId} = ANY(${sql.placeholder('controllerIds')}::text[])`,
        isHere,
      ),
    )
    .orderBy(id)
    .for('no key update', { skipLocked: true })
    .prepare('own_targets');
});

const endRequests = preparedSql(
  () => sql`
    UPDATE ${targets} SET request_attributes = false
    WHERE ${targets.tenantId} = ${sql.placeholder('tenantId')}
      AND ${targets.id} = ANY(${sql.placeholder('ids')}::bigint[])`,
);

/** Writes what uploads of one tenant's devices change in their locked targets. */
async function write(
  tx: Transaction,
  changes: Changes,
  uploads: readonly (Met<Upload, OwnTarget> & { done: Told })[],
): Promise<void> {
  if (!uploads[0]) return;
  const { tenantId } = uploads[0].message.device.caller;
  const news = uploads.flatMap(({ row, done }) => (done.news ? [[row.id, done.news] as const] : []));
  await writeAttributes(tx, tenantId, new Map(news));
  const asked = uploads.filter(({ row }) => row.requestAttributes).map(({ row }) => row.id);
  if (asked.length) await endRequests(tx).execute({ tenantId, ids: arrayText(asked) });
  for (const { message, row, done } of uploads) {
    const controllerId = message.device.caller.username;
    const subjects = [controllerId];
    const answered = row.requestAttributes && { requestAttributes: { old: true, new: false } };
    changes.targets(subjects);
    changes.record(
      { type: 'target.attributes-reported', subjects, changes: { ...done.news?.changed, ...answered } },
      message.device,
    );
    const limit = { kind: 'target_attributes', most: done.most } as const;
    if (done.news) recordNear(changes, limit, [{ controllerId, ...done.news }], message.device);
  }
}

async function readHeld(
  tx: Transaction,
  tenantId: number,
  met: readonly Met<Upload, OwnTarget>[],
): Promise<Held> {
  const found = new Map<number, Attribute[]>(met.map(({ row }) => [row.id, []]));
  const [rows, most] = await Promise.all([
    attributesOf(tx, tenantId, [...found.keys()]),
    targetLimit(tx, tenantId, 'target_attributes'),
  ]);
  for (const row of rows) found.get(row.targetId)!.push(row);
  return { before: found, most };
}
