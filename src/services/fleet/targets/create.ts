import { sql } from 'drizzle-orm';
import { chunks, insertFromArrays } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { targetAlreadyExists, targetTypeNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { requireGroupQuota } from '../../platform/quotas.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import {
  type Batch,
  type BulkOptions,
  type Created,
  createBatch,
  type Identity,
  readBatch,
  refuse,
  refuseTaken,
  standing,
} from '../../shared/batch.ts';
import type { Context } from '../../shared/context.ts';
import { typeNamesOf } from '../target-types/find.ts';
import { type NewTarget, TargetInput } from './input.ts';
import { adjustTargetCount } from './quota.ts';
import { targetsAs } from './scope.ts';
import type { Target } from './target.ts';

export interface CreateTargets extends BulkOptions {
  targets: readonly TargetInput[];
}

/**
 * Creates targets, in one statement for thousands. Needs CREATE_TARGET. What is wrong with rows is returned, not
 * thrown; with REJECT_ALL nothing is created then. A target out of the scope of CREATE_TARGET is such a fault: FORBIDDEN.
 * @throws QUOTA_EXCEEDED where the tenant would have too many
 */
export async function createTargets(context: Context, input: CreateTargets): Promise<Created<Target>> {
  const { tenantId } = requirePermission(context, 'CREATE_TARGET');
  const batch = await readBatch(TargetInput, input.targets, 'targets');
  refuseTaken(batch, [IDENTITY]);
  const tenant = await context.tenants.byId(tenantId);
  const now = context.clock();
  let typeNames = new Map<number, string>();
  return createBatch(context, batch, input, {
    check: async (tx, rows) => {
      typeNames = await refuseUnknownTypes(tx, context, rows);
    },
    insert: async (tx, rows, checked) => {
      const ids = await insertTargets(tx, context, rows, now);
      refuseExisting(checked, ids);
      const view = createdView(context, tenant, typeNames, now);
      return standing(checked).map((row) => view(row, ids.get(row.controllerId)!));
    },
    scope: targetsAs('CREATE_TARGET'),
    finish: async (tx, created, changes) => {
      for (const near of await adjustTargetCount(tx, context, tenantId, created.length)) changes.record(near);
      if (created.some(({ group }) => group !== null)) await requireGroupQuota(tx, tenantId);
      changes.created(created.map(controllerIdOf));
    },
    event: 'target.created',
    nameOf: controllerIdOf,
    audited: ({ securityToken: _, ...row }) => row,
  });
}

const controllerIdOf = ({ controllerId }: { controllerId: string }) => controllerId;

const IDENTITY: Identity<NewTarget> = {
  of: controllerIdOf,
  fault: ({ controllerId }) => targetAlreadyExists(controllerId),
};

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
          securityToken: chunk.map((row) => context.secrets.sealToken(row.securityToken)),
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
    movedAt: null,
    registeredWith: null,
    registeredFrom: null,
    sharingSuspectedAt: null,
    credential: null,
    autoConfirmActive: tenant.settings.confirmationFlow ? false : null,
    createdAt: now,
    createdBy: username,
    lastModifiedAt: now,
    lastModifiedBy: username,
    poll: null,
  });
}
