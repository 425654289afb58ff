import { sql } from 'drizzle-orm';
import { arrayOf, chunks, insertFromArrays } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { type DomainError, outOfScope, targetAlreadyExists, targetTypeNotFound } from '../../../errors.ts';
import { asItWouldBe, findOutOfScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { creationRecord } from '../../platform/audit/record.ts';
import { requireGroupQuota } from '../../platform/quotas.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import {
  type Batch,
  copyOf,
  type ErrorPolicy,
  faultsOf,
  type Identity,
  isRejected,
  readBatch,
  refuse,
  refuseTaken,
  standing,
} from '../../shared/batch.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { typeNamesOf } from '../target-types/find.ts';
import { removeTargets } from './delete.ts';
import { type NewTarget, TargetInput } from './input.ts';
import { adjustTargetCount } from './quota.ts';
import { targetsAs } from './scope.ts';
import type { Target } from './target.ts';

export interface CreateTargets {
  targets: readonly TargetInput[];
  /** REJECT_ALL (the default): one bad row and none is created. REJECT_FAILED_ROWS: the good ones are. */
  errorPolicy?: ErrorPolicy;
  /** Checks everything, the stored rows included, and creates nothing. */
  dryRun?: boolean;
}

/** `targets` are in the order of the input; `faults` say what is wrong with which row, in that order too. */
export interface CreatedTargets {
  targets: Target[];
  faults: DomainError[];
}

/**
 * Creates targets, in one statement for thousands. Needs CREATE_TARGET. What is wrong with rows is returned, not
 * thrown; with REJECT_ALL nothing is created then. A target that CREATE_TARGET would not reach is such a fault: FORBIDDEN.
 * @throws QUOTA_EXCEEDED where the tenant would have too many
 */
export async function createTargets(context: Context, input: CreateTargets): Promise<CreatedTargets> {
  const { tenantId } = requirePermission(context, 'CREATE_TARGET');
  const { errorPolicy = 'REJECT_ALL', dryRun } = input;
  const checked = await readBatch(TargetInput, input.targets, 'targets');
  refuseTaken(checked, [IDENTITY]);
  if (isRejected(checked, errorPolicy)) return { targets: [], faults: faultsOf(checked) };

  const tenant = await context.tenants.byId(tenantId);
  const now = context.clock();
  return change(
    context,
    async (tx, changes) => {
      const batch = copyOf(checked);
      const typeNames = await refuseUnknownTypes(tx, context, batch);
      if (isRejected(batch, errorPolicy)) return { targets: [], faults: faultsOf(batch) };
      const ids = await insertTargets(tx, context, standing(batch), now);
      refuseExisting(batch, ids);
      await refuseOutOfScope(tx, context, batch, ids);
      if (isRejected(batch, errorPolicy)) return changes.undo({ targets: [], faults: faultsOf(batch) });
      await adjustTargetCount(tx, context, tenantId, ids.size);
      if (standing(batch).some(({ group }) => group !== null)) await requireGroupQuota(tx, tenantId);
      changes.created([...ids.keys()]);
      changes.record(
        creationRecord('target.created', namesOf(standing(batch)), standing(batch).map(withoutToken)),
      );
      const view = createdView(context, tenant, typeNames, now);
      const targets = standing(batch).map((row) => view(row, ids.get(row.controllerId)!));
      return { targets, faults: faultsOf(batch) };
    },
    { dryRun },
  );
}

const IDENTITY: Identity<NewTarget> = {
  of: ({ controllerId }) => controllerId,
  fault: ({ controllerId }) => targetAlreadyExists(controllerId),
};

const namesOf = (rows: readonly NewTarget[]) => rows.map(({ controllerId }) => controllerId);
const withoutToken = ({ securityToken: _, ...shown }: NewTarget) => shown;

async function refuseUnknownTypes(
  tx: Transaction,
  context: Context,
  batch: Batch<NewTarget>,
): Promise<Map<number, string>> {
  const wanted = new Set(batch.rows.flatMap((row) => row?.targetTypeId ?? []));
  const names = await typeNamesOf(tx, context, [...wanted]);
  for (const [index, row] of batch.rows.entries())
    if (row && row.targetTypeId !== null && !names.has(row.targetTypeId))
      refuse(batch, index, targetTypeNotFound(String(row.targetTypeId), ['targetTypeId']));
  return names;
}

/**
 * Inserts rows, passing over a controllerId that exists. All do so in one order, so that two which bring the same
 * targets wait for each other, not both for ever. @returns the ids of those inserted, by controllerId
 */
async function insertTargets(
  tx: Transaction,
  context: Context,
  rows: NewTarget[],
  now: Date,
): Promise<Map<string, number>> {
  const { tenantId, username } = context.caller;
  const ids = new Map<string, number>();
  const inOrder = rows.toSorted((one, other) => (one.controllerId < other.controllerId ? -1 : 1));
  for (const chunk of chunks(inOrder)) {
    const list = <K extends keyof NewTarget>(field: K) => chunk.map((row) => row[field]);
    const inserted = await tx.execute<{ id: string; controller_id: string }>(sql`
      ${insertFromArrays(
        targets,
        {
          controllerId: list('controllerId'),
          name: list('name'),
          description: list('description'),
          group: list('group'),
          targetTypeId: list('targetTypeId'),
          securityToken: list('securityToken'),
          requestAttributes: list('requestAttributes'),
        },
        {
          tenantId,
          updateStatus: 'registered',
          createdAt: now,
          createdBy: username,
          lastModifiedAt: now,
          lastModifiedBy: username,
        },
      )}
      ON CONFLICT ON CONSTRAINT targets_controller_id_key DO NOTHING
      RETURNING id, controller_id`);
    for (const row of inserted) ids.set(row.controller_id, Number(row.id));
  }
  await insertAddresses(tx, tenantId, rows, ids);
  return ids;
}

async function insertAddresses(
  tx: Transaction,
  tenantId: number,
  rows: NewTarget[],
  ids: Map<string, number>,
) {
  const given = rows.filter((row) => row.address !== null && ids.has(row.controllerId));
  for (const chunk of chunks(given))
    await tx.execute(
      insertFromArrays(
        targetPolls,
        { targetId: chunk.map((row) => ids.get(row.controllerId)), address: chunk.map((row) => row.address) },
        { tenantId },
      ),
    );
}

function refuseExisting(batch: Batch<NewTarget>, ids: Map<string, number>): void {
  for (const [index, row] of batch.rows.entries())
    if (row && !ids.has(row.controllerId)) refuse(batch, index, targetAlreadyExists(row.controllerId));
}

/** Takes back what the caller may not create: what its row belongs to can be asked only now. */
async function refuseOutOfScope(
  tx: Transaction,
  context: Context,
  batch: Batch<NewTarget>,
  ids: Map<string, number>,
): Promise<void> {
  const inserted = sql`${targets.id} = ANY(${arrayOf([...ids.values()])}::bigint[])`;
  const unreached = await findOutOfScope(tx, context, targetsAs('CREATE_TARGET'), inserted);
  await removeTargets(tx, context.caller.tenantId, unreached);
  for (const { title } of unreached) ids.delete(title);
  for (const [index, row] of batch.rows.entries())
    if (row && !ids.has(row.controllerId))
      refuse(batch, index, outOfScope('CREATE_TARGET', asItWouldBe(row.controllerId)));
}

function createdView(context: Context, tenant: Tenant, typeNames: Map<number, string>, now: Date) {
  const { username, permissions } = context.caller;
  const showsToken = permissions.has('READ_TARGET_SECURITY_TOKEN');
  return (row: NewTarget, id: number): Target => ({
    id,
    controllerId: row.controllerId,
    name: row.name,
    description: row.description,
    group: row.group,
    address: row.address,
    targetType:
      row.targetTypeId === null ? null : { id: row.targetTypeId, name: typeNames.get(row.targetTypeId)! },
    securityToken: showsToken ? row.securityToken : null,
    requestAttributes: row.requestAttributes,
    updateStatus: 'registered',
    installedAt: null,
    enrollmentGroupId: null,
    autoConfirmActive: tenant.settings.confirmationFlow ? false : null,
    createdAt: now,
    createdBy: username,
    lastModifiedAt: now,
    lastModifiedBy: username,
    poll: null,
  });
}
