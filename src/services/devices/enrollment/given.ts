import { and, eq, sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import type { GivenByHook } from '../../../database/tables/enrollment.ts';
import { targetMetadata, targetTagAssignments, targetTags } from '../../../database/tables/target-data.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetAttributes } from '../../../database/tables/targets.ts';
import { quotaExceeded } from '../../../errors.ts';
import { recordNear } from '../../platform/near-limits.ts';
import { requireTagQuota, type TargetLimit, targetLimit } from '../../platform/quotas.ts';
import type { Changes } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';

/** A new target, and what the hook of its group said of it. */
interface Given {
  targetId: number;
  given: GivenByHook;
}

/** The ids of the types that hooks named, by name. One that was deleted since is not among them. */
export async function typeIdsOf(
  tx: Transaction,
  tenantId: number,
  devices: readonly Pick<NewDevice, 'given'>[],
): Promise<Map<string, number>> {
  const names = new Set(devices.flatMap(({ given }) => given?.type ?? []));
  if (!names.size) return new Map();
  const rows = await tx
    .select({ id: targetTypes.id, name: targetTypes.name })
    .from(targetTypes)
    .where(
      and(eq(targetTypes.tenantId, tenantId), sql`${targetTypes.name} = ANY(${arrayOf([...names])}::text[])`),
    )
    .for('key share');
  return new Map(rows.map(({ id, name }) => [name, id]));
}

/**
 * Writes the tags, attributes and metadata that hooks gave to new targets. A tag that was deleted since is left out.
 * @throws QUOTA_EXCEEDED where a target has too many together with those of its group
 */
export async function writeGiven(
  tx: Transaction,
  tenantId: number,
  all: readonly Given[],
  ofGroup: Readonly<Record<string, string>>,
): Promise<void> {
  await writeTags(tx, tenantId, all);
  const attributes = entriesOf(all, ({ attributes }) => attributes);
  if (attributes.length) {
    const most = await targetLimit(tx, tenantId, 'target_attributes');
    for (const { given } of all)
      if (Object.keys({ ...ofGroup, ...given.attributes }).length > most)
        throw quotaExceeded('attributes of a target', most, ['attributes']);
    await tx.execute(sql`
      INSERT INTO ${targetAttributes} (tenant_id, target_id, key, value) ${rowsOf(tenantId, attributes)}
      ON CONFLICT (tenant_id, target_id, key) DO UPDATE SET value = excluded.value`);
  }
  const metadata = entriesOf(all, ({ metadata }) => metadata);
  if (metadata.length)
    await tx.execute(sql`
      INSERT INTO ${targetMetadata} (tenant_id, target_id, key, value) ${rowsOf(tenantId, metadata)}`);
}

async function writeTags(tx: Transaction, tenantId: number, all: readonly Given[]): Promise<void> {
  const tags = all.flatMap(({ targetId, given }) => (given.tags ?? []).map((tag) => ({ targetId, tag })));
  if (!tags.length) return;
  await tx.execute(sql`
    INSERT INTO ${targetTagAssignments} (tenant_id, target_id, tag_id)
    SELECT ${tenantId}::bigint, given.target_id, tag.id
    FROM unnest(${arrayOf(tags.map(({ targetId }) => targetId))}::bigint[],
                ${arrayOf(tags.map(({ tag }) => tag))}::text[]) AS given(target_id, name)
    JOIN ${targetTags} AS tag ON tag.tenant_id = ${tenantId} AND tag.name = given.name
    ON CONFLICT DO NOTHING`);
  await requireTagQuota(tx, tenantId, 'target', [...new Set(tags.map(({ targetId }) => targetId))]);
}

type Entry = readonly [targetId: number, key: string, value: string];

const entriesOf = (
  all: readonly Given[],
  of: (given: GivenByHook) => Readonly<Record<string, string>> | undefined,
): Entry[] =>
  all.flatMap(({ targetId, given }) =>
    Object.entries(of(given) ?? {}).map(([key, value]): Entry => [targetId, key, value]),
  );

const rowsOf = (tenantId: number, entries: readonly Entry[]) => sql`
  SELECT ${tenantId}::bigint, given.target_id, given.key, given.value
  FROM unnest(${arrayOf(entries.map(([targetId]) => targetId))}::bigint[],
              ${arrayOf(entries.map(([, key]) => key))}::text[],
              ${arrayOf(entries.map(([, , value]) => value))}::text[]) AS given(target_id, key, value)`;

/**
 * Records which new targets are near a limit by what their group and its hook have given them.
 * @param ofGroup attributes that each of them has
 */
export async function recordNearGiven(
  tx: Transaction,
  changes: Pick<Changes, 'record'>,
  tenantId: number,
  { devices, ofGroup }: { devices: readonly NewDevice[]; ofGroup: Readonly<Record<string, string>> },
): Promise<void> {
  const record = async (kind: TargetLimit, of: (device: NewDevice) => object) => {
    if (!devices.some((device) => Object.keys(of(device)).length)) return;
    const limit = { kind, most: await targetLimit(tx, tenantId, kind) };
    for (const actor of new Set(devices.map((device) => device.actor))) {
      const its = devices.filter((device) => device.actor === actor);
      const grown = its.map((device) => ({
        controllerId: device.controllerId,
        before: 0,
        after: Object.keys(of(device)).length,
      }));
      recordNear(changes, limit, grown, actor);
    }
  };
  await record('target_attributes', ({ given }) => ({ ...ofGroup, ...given?.attributes }));
  await record('target_metadata', ({ given }) => given?.metadata ?? {});
}

interface NewDevice {
  controllerId: string;
  given?: GivenByHook | null | undefined;
  actor?: ActorContext;
}
