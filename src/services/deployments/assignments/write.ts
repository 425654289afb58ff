import { type SQL, sql } from 'drizzle-orm';
import { analyzeGrown } from '../../../database/analyze.ts';
import type { Transaction } from '../../../database/connect.ts';
import { actions, type ForceType, targetDeployments } from '../../../database/tables/actions.ts';
import { distributionSets } from '../../../database/tables/distribution-sets.ts';
import { targets } from '../../../database/tables/targets.ts';
import type { Concerned, SelectedTarget } from '../../fleet/targets/selection.ts';
import type { Author } from '../../shared/authorship.ts';
import { type Beginning, beginningOf, type Confirmation } from '../actions/beginning.ts';
import { SERVER_MESSAGE } from '../actions/messages.ts';
import { idArrayOf } from '../actions/select.ts';
import { moveActions, tellActions } from '../actions/write.ts';
import type { MaintenanceWindow } from './maintenance-window.ts';

/** What actions to make. */
export interface Plan {
  setId: number;
  forceType: ForceType;
  forcedAt: Date | null;
  weight: number;
  maintenanceWindow: MaintenanceWindow | null;
  externalRef: string | null;
  confirmation: Confirmation;
  /** The targets have the set already. */
  offline: boolean;
  /** What it replaces is ended at once, without asking the device. */
  autoClose: boolean;
}

export interface CreatedAction {
  id: number;
  controllerId: string;
}

/**
 * Whether the target of a row of `target_deployments` is to have the set anyway. Where it has only downloaded it, an
 * assignment to install it is news. By `IS NOT DISTINCT FROM`, so that PostgreSQL begins with the targets also where it
 * doesn't know yet how many have the set.
 */
export function isAlreadyAssigned(tenantId: number, { setId, forceType }: OfSet): SQL {
  const { assigned, installed, underWay } = deploymentOf(tenantId, setId);
  return forceType === 'downloadonly' ? assigned : sql`${assigned} AND (${installed} OR ${underWay})`;
}

type OfSet = Pick<Plan, 'setId' | 'forceType'>;

/** What can be said of a row of `target_deployments` and a set. */
function deploymentOf(tenantId: number, setId: number) {
  const { targetId, assignedSetId, installedSetId } = targetDeployments;
  return {
    assigned: sql`${assignedSetId} IS NOT DISTINCT FROM ${setId}`,
    installed: sql`${installedSetId} IS NOT DISTINCT FROM ${setId}`,
    underWay: sql`EXISTS (
      SELECT 1 FROM ${actions} WHERE ${actions.tenantId} = ${tenantId} AND ${actions.targetId} = ${targetId}
        AND ${actions.active} AND ${actions.setId} IS NOT DISTINCT FROM ${setId})`,
  };
}

/**
 * The targets that are to have the set anyway, to be counted: those that it is assigned to, but for those that neither
 * have it nor are on the way. So PostgreSQL joins them by several processes; an OR with a sub-query it does by one.
 */
export function havingSet(
  { caller: { tenantId } }: Pick<Author, 'caller'>,
  { setId, forceType, offline }: Plan,
): Pick<Concerned, 'same' | 'unlike'> {
  const { assigned, installed, underWay } = deploymentOf(tenantId, setId);
  const deployments = (which: SQL) => sql`
    SELECT ${targetDeployments.targetId} FROM ${targetDeployments}
    WHERE ${targetDeployments.tenantId} = ${tenantId} AND ${which}`;
  if (offline) return { same: deployments(sql`${assigned} AND ${installed}`) };
  const same = deployments(assigned);
  if (forceType === 'downloadonly') return { same };
  return { same, unlike: deployments(sql`${assigned} AND NOT ${installed} AND NOT ${underWay}`) };
}

const deploymentsWithSet = (tenantId: number, plan: Plan): SQL => sql`
  FROM ${targetDeployments}
  WHERE ${targetDeployments.tenantId} = ${tenantId} AND ${isAlreadyAssigned(tenantId, plan)} ${
    plan.offline ? sql`AND ${targetDeployments.installedSetId} IS NOT DISTINCT FROM ${plan.setId}` : sql``
  }`;

/** Those of the locked targets that are not to have the set anyway. */
export async function targetsWithoutSet(
  tx: Transaction,
  tenantId: number,
  plan: Plan,
  selected: readonly SelectedTarget[],
): Promise<SelectedTarget[]> {
  const rows = await tx.execute<{ target_id: string }>(sql`
    SELECT target_id ${deploymentsWithSet(tenantId, plan)}
      AND ${targetDeployments.targetId} = ANY(${idArrayOf(selected)})`);
  const having = new Set(rows.map((row) => Number(row.target_id)));
  return having.size ? selected.filter(({ id }) => !having.has(id)) : [...selected];
}

/** Gives locked targets an action each, which replaces what they have still to do. In few statements for thousands. */
export async function deploy(
  tx: Transaction,
  author: Author,
  plan: Plan,
  selected: readonly SelectedTarget[],
): Promise<CreatedAction[]> {
  if (!selected.length) return [];
  const ids = idArrayOf(selected);
  await cancelScheduled(tx, author, ids);
  await replaceActions(tx, author, plan, ids);
  const created = await insertActions(tx, author, plan, ids);
  await writeDeployments(tx, author, plan, ids);
  await analyzeGrown(tx, targetDeployments, selected.length);
  const names = new Map(selected.map(({ id, controllerId }) => [id, controllerId]));
  return created.map((row) => ({ id: Number(row.id), controllerId: names.get(Number(row.target_id))! }));
}

/** What a rollout was to begin later on these targets doesn't begin any more, as in hawkBit. */
const cancelScheduled = (tx: Transaction, author: Author, targetIds: SQL): Promise<unknown> =>
  moveActions(tx, author, sql`${actions.targetId} = ANY(${targetIds}) AND ${actions.status} = 'scheduled'`, {
    status: 'canceled',
    active: false,
    messages: [`${SERVER_MESSAGE}canceled before it began, as a newer assignment replaces it`],
  });

/** Replaces what locked targets have still to do. Steps of a migration are not left out: they stay beside what is new. */
export function replaceActions(
  tx: Transaction,
  author: Author,
  { offline, autoClose }: Pick<Plan, 'offline' | 'autoClose'>,
  targetIds: SQL,
): Promise<unknown> {
  const replaceable = sql`${actions.targetId} = ANY(${targetIds}) AND ${actions.active} AND NOT EXISTS (
    SELECT 1 FROM ${distributionSets} WHERE ${distributionSets.tenantId} = ${author.caller.tenantId}
      AND ${distributionSets.id} = ${actions.setId} AND ${distributionSets.requiredMigrationStep})`;
  return offline || autoClose
    ? moveActions(tx, author, replaceable, {
        status: 'canceled',
        active: false,
        messages: [`${SERVER_MESSAGE}close obsolete action due to new update`],
      })
    : moveActions(tx, author, sql`${replaceable} AND ${actions.status} <> 'canceling'`, {
        status: 'canceling',
        active: true,
        messages: [`${SERVER_MESSAGE}cancel obsolete action due to new update`],
      });
}

async function insertActions(tx: Transaction, author: Author, plan: Plan, targetIds: SQL) {
  const { tenantId, username } = author.caller;
  const at = author.clock();
  const now = sql`${at.toISOString()}::timestamptz`;
  const { schedule = null, duration = null, timezone = null } = plan.maintenanceWindow ?? {};
  const message = `Assignment initiated by user '${username}'`;
  const beginning = plan.offline
    ? OFFLINE
    : await beginningOf(tx, { tenantId, initiatedBy: username }, plan.confirmation, targetIds);
  const created = await tx.execute<{ id: string; target_id: string }>(sql`
    INSERT INTO ${actions} (tenant_id, target_id, set_id, status, active, force_type, forced_at, weight,
      window_schedule, window_duration, window_timezone, external_ref, initiated_by,
      created_at, created_by, last_modified_at, last_modified_by)
    SELECT ${tenantId}::bigint, chosen.id, ${plan.setId}::bigint, ${beginning.status(sql`chosen.id`)},
      ${!plan.offline}::boolean, ${plan.forceType}::text, ${plan.forcedAt?.toISOString() ?? null}::timestamptz,
      ${plan.weight}::integer, ${schedule}::text, ${duration}::text, ${timezone}::text,
      ${plan.externalRef}::text, ${username}::text, ${now}, ${username}::text, ${now}, ${username}::text
    FROM unnest(${targetIds}) AS chosen(id) ORDER BY chosen.id
    RETURNING id, target_id`);
  const entries = created.map((row) => ({ actionId: row.id, ...beginning.entry(Number(row.target_id)) }));
  await tellActions(tx, tenantId, entries, { at, messages: [message] });
  return created;
}

/** The targets have the set already. */
const OFFLINE: Beginning = {
  status: () => sql`'finished'`,
  entry: () => ({ status: 'finished', more: [`${SERVER_MESSAGE}Action reported as offline deployment`] }),
};

/** Notes what locked targets are to have, or have. */
export async function writeDeployments(
  tx: Transaction,
  { caller: { tenantId, username }, clock }: Author,
  { setId, offline }: Pick<Plan, 'setId' | 'offline'>,
  targetIds: SQL,
): Promise<void> {
  const now = sql`${clock().toISOString()}::timestamptz`;
  const installed = offline ? sql`, installed_set_id = excluded.installed_set_id` : sql``;
  await tx.execute(sql`
    INSERT INTO ${targetDeployments} (tenant_id, target_id, assigned_set_id, installed_set_id)
    SELECT ${tenantId}::bigint, id, ${setId}::bigint, ${offline ? setId : null}::bigint
    FROM unnest(${targetIds}) AS chosen(id)
    ON CONFLICT (tenant_id, target_id)
    DO UPDATE SET assigned_set_id = excluded.assigned_set_id ${installed}`);
  const status = offline
    ? sql`update_status = CASE WHEN EXISTS (SELECT 1 FROM ${actions}
          WHERE ${actions.tenantId} = ${tenantId} AND ${actions.targetId} = ${targets.id} AND ${actions.active})
        THEN 'pending' ELSE 'in_sync' END, installed_at = ${now}`
    : sql`update_status = 'pending'`;
  await tx.execute(sql`
    UPDATE ${targets} SET ${status}, last_modified_at = ${now}, last_modified_by = ${username}
    WHERE tenant_id = ${tenantId} AND id = ANY(${targetIds})`);
}
