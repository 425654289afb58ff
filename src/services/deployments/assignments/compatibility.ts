import { and, eq, type SQL, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Database, Transaction } from '../../../database/connect.ts';
import { targetTypeSetTypes } from '../../../database/tables/distribution-sets.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targets } from '../../../database/tables/targets.ts';
import { outsideTargetFilter, type RefusedTargets, targetTypeIncompatible } from '../../../errors.ts';
import { parseFilter } from '../../../filters/parse.ts';
import { readableAmong } from '../../access/readable-fields.ts';
import { targetsWith } from '../../fleet/targets/keys.ts';
import { matchingTargets } from '../../fleet/targets/matching.ts';
import type { ActorContext, Context } from '../../shared/context.ts';
import type { DistributionSet } from '../../software/distribution-sets/distribution-set.ts';

/** Whether the type of a target, if it has one, takes sets of a type; one that names no set types takes all. */
export const takesSetType = (tenantId: number, setTypeId: number) => sql`(
  ${targets.targetTypeId} IS NULL
  OR NOT EXISTS (SELECT 1 FROM ${targetTypeSetTypes}
    WHERE ${targetTypeSetTypes.tenantId} = ${tenantId}
      AND ${targetTypeSetTypes.targetTypeId} = ${targets.targetTypeId})
  OR EXISTS (SELECT 1 FROM ${targetTypeSetTypes}
    WHERE ${targetTypeSetTypes.tenantId} = ${tenantId}
      AND ${targetTypeSetTypes.targetTypeId} = ${targets.targetTypeId}
      AND ${targetTypeSetTypes.setTypeId} = ${setTypeId}))`;

/** The condition that a target is one that a set is for; undefined if it is for all. */
export async function isForTarget(
  tx: Database | Transaction,
  { caller: { tenantId }, tenants, clock }: ActorContext,
  { targetFilter }: Pick<DistributionSet, 'targetFilter'>,
): Promise<SQL | undefined> {
  if (targetFilter === null) return undefined;
  const tenant = await tenants.byId(tenantId);
  return matchingTargets(tx, { tenant, now: clock() }, parseFilter(targetFilter));
}

/** How many of the refused targets an error names. */
const NAMED = 10;

/**
 * `chosen` are the conditions of the targets, some at a time.
 * @throws OUTSIDE_TARGET_FILTER if the set is not for some of the targets: says how many, and names a few
 */
export async function refuseOutside(
  database: Database | Transaction,
  context: Context,
  set: DistributionSet,
  { chosen, path }: { chosen: readonly SQL[]; path: string[] },
): Promise<void> {
  const inside = await isForTarget(database, context, set);
  if (!inside) return;
  const refused: RefusedTargets = { count: 0, controllerIds: [] };
  for (const some of chosen) {
    const found = await findOutside(database, context, sql`${some} AND (${inside}) IS NOT TRUE`);
    refused.count += found.count;
    refused.controllerIds.push(...found.controllerIds.slice(0, NAMED - refused.controllerIds.length));
  }
  if (refused.count) throw outsideTargetFilter(refused, path);
}

/**
 * For a rollout and the like, which leave out the targets that the set is not for. `matching` is the condition of the
 * targets that they would reach otherwise.
 * @throws OUTSIDE_TARGET_FILTER if there are such targets, and the set is for none of them
 */
export async function refuseIfAllOutside(
  tx: Database | Transaction,
  context: Context,
  set: DistributionSet,
  { matching, path }: { matching: SQL; path: string[] },
): Promise<void> {
  const inside = await isForTarget(tx, context, set);
  if (!inside) return;
  const [some] = await tx.execute(sql`
    SELECT 1 FROM ${targetsWith([matching, inside])} WHERE ${matching} AND ${inside} LIMIT 1`);
  if (some) return;
  const refused = await findOutside(tx, context, matching);
  if (refused.count) throw outsideTargetFilter(refused, path);
}

async function findOutside(
  tx: Database | Transaction,
  { caller: { tenantId } }: Context,
  condition: SQL,
): Promise<RefusedTargets> {
  const [row] = await tx.execute<{ count: string; names: string[] }>(sql`
    WITH outside AS MATERIALIZED (
      SELECT ${targets.id}, ${targets.controllerId} FROM ${targetsWith([condition])}
      WHERE ${targets.tenantId} = ${tenantId} AND ${condition})
    SELECT (SELECT count(*) FROM outside) AS count,
      ARRAY(SELECT controller_id FROM outside ORDER BY id LIMIT ${NAMED}) AS names`);
  return { count: Number(row!.count), controllerIds: row!.names };
}

/** @throws TARGET_TYPE_INCOMPATIBLE for the first of the chosen targets whose type doesn't take the set */
export async function refuseIncompatible(
  database: Database | Transaction,
  context: Context,
  set: DistributionSet,
  chosen: SQL,
): Promise<void> {
  const { tenantId } = context.caller;
  const refusing = await database.execute<{ id: string; name: string }>(sql`
    SELECT id, name FROM ${targetTypes} AS type WHERE tenant_id = ${tenantId}
      AND EXISTS (SELECT FROM ${targetTypeSetTypes} AS taken
        WHERE taken.tenant_id = ${tenantId} AND taken.target_type_id = type.id)
      AND NOT EXISTS (SELECT FROM ${targetTypeSetTypes} AS taken
        WHERE taken.tenant_id = ${tenantId} AND taken.target_type_id = type.id AND taken.set_type_id = ${set.type.id})`);
  if (!refusing.length) return;
  const names = new Map(refusing.map(({ id, name }) => [Number(id), name]));
  const refused = and(
    eq(targets.tenantId, tenantId),
    isAmong(targets.targetTypeId, [...names.keys()]),
    chosen,
  );
  const [first] = await database.execute<{ controller_id: string; type_id: string }>(sql`
    SELECT ${targets.controllerId}, ${targets.targetTypeId} AS type_id
    FROM ${targetsWith([refused])} WHERE ${refused} ORDER BY ${targets.id} LIMIT 1`);
  if (!first) return;
  const typeId = Number(first.type_id);
  const seesType = (await readableAmong(context, 'targetType', [typeId], database))(typeId);
  const seesSetType = (await readableAmong(context, 'distributionSetType', [set.type.id], database))(
    set.type.id,
  );
  throw targetTypeIncompatible(
    first.controller_id,
    seesType ? names.get(typeId) : undefined,
    seesSetType ? set.type.key : undefined,
  );
}
