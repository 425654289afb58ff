import { sql } from 'drizzle-orm';
import { chunks, insertFromArrays } from '../../database/bulk.ts';
import type { Transaction } from '../../database/connect.ts';
import { targetPolls, targets } from '../../database/tables/targets.ts';
import { type DomainError, targetAlreadyExists, targetTypeNotFound } from '../../errors.ts';
import { requirePermission } from '../access/permissions.ts';
import { change } from '../change.ts';
import type { Context } from '../context.ts';
import { parseRows } from '../parse.ts';
import { typeNamesOf } from '../target-types/find.ts';
import { type NewTarget, TargetInput } from './input.ts';
import type { Target } from './target.ts';

export interface CreateTargets {
  targets: readonly TargetInput[];
  /** REJECT_ALL (the default): one bad row and none is created. REJECT_FAILED_ROWS: the good ones are. */
  errorPolicy?: 'REJECT_ALL' | 'REJECT_FAILED_ROWS';
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
 * thrown; with REJECT_ALL nothing is created then.
 */
export async function createTargets(context: Context, input: CreateTargets): Promise<CreatedTargets> {
  const { tenantId } = requirePermission(context, 'CREATE_TARGET');
  const now = context.clock();
  const { errorPolicy = 'REJECT_ALL', dryRun } = input;
  const batch: Batch = parseRows(TargetInput, input.targets, 'targets');
  refuseRepeated(batch);
  const mustStop = () => batch.faults.length > 0 && errorPolicy === 'REJECT_ALL';
  if (mustStop()) return { targets: [], faults: inOrder(batch.faults) };

  return change(
    context,
    tenantId,
    async (tx, changes) => {
      const typeNames = await refuseUnknownTypes(tx, tenantId, batch);
      if (mustStop()) return { targets: [], faults: inOrder(batch.faults) };
      const ids = await insertTargets(tx, context, batch, now);
      refuseExisting(batch, ids);
      if (mustStop()) return changes.undo({ targets: [], faults: inOrder(batch.faults) });
      const view = createdView(context, typeNames, now);
      const created = batch.rows.flatMap((row) => (row ? [view(row, ids.get(row.controllerId)!)] : []));
      return { targets: created, faults: inOrder(batch.faults) };
    },
    { dryRun },
  );
}

/** The rows that still stand, each at its place in the input, and what was found wrong with the others. */
interface Batch {
  rows: (NewTarget | undefined)[];
  faults: DomainError[];
}

function refuse(batch: Batch, index: number, fault: DomainError): void {
  batch.rows[index] = undefined;
  batch.faults.push(fault.within('targets', String(index)));
}

const inOrder = (faults: DomainError[]) =>
  faults.sort((a, b) => Number(a.details.path?.[1]) - Number(b.details.path?.[1]));

function refuseRepeated(batch: Batch): void {
  const seen = new Set<string>();
  for (const [index, row] of batch.rows.entries()) {
    if (!row) continue;
    if (seen.has(row.controllerId)) refuse(batch, index, targetAlreadyExists(row.controllerId));
    seen.add(row.controllerId);
  }
}

async function refuseUnknownTypes(
  tx: Transaction,
  tenantId: number,
  batch: Batch,
): Promise<Map<number, string>> {
  const wanted = new Set(batch.rows.flatMap((row) => row?.targetTypeId ?? []));
  const names = await typeNamesOf(tx, tenantId, [...wanted]);
  for (const [index, row] of batch.rows.entries())
    if (row && row.targetTypeId !== null && !names.has(row.targetTypeId))
      refuse(batch, index, targetTypeNotFound(String(row.targetTypeId), ['targetTypeId']));
  return names;
}

/** Inserts the rows that still stand; a controllerId that exists is passed over. The ids of those inserted. */
async function insertTargets(
  tx: Transaction,
  context: Context,
  batch: Batch,
  now: Date,
): Promise<Map<string, number>> {
  const { tenantId, username } = context.caller;
  const rows = batch.rows.filter((row) => row !== undefined);
  const ids = new Map<string, number>();
  for (const chunk of chunks(rows)) {
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

function refuseExisting(batch: Batch, ids: Map<string, number>): void {
  for (const [index, row] of batch.rows.entries())
    if (row && !ids.has(row.controllerId)) refuse(batch, index, targetAlreadyExists(row.controllerId));
}

function createdView(context: Context, typeNames: Map<number, string>, now: Date) {
  const { username, permissions } = context.caller;
  const showsToken = permissions.has('READ_TARGET_SECURITY_TOKEN');
  return ({ targetTypeId, securityToken, ...row }: NewTarget, id: number): Target => ({
    ...row,
    id,
    securityToken: showsToken ? securityToken : null,
    targetType: targetTypeId === null ? null : { id: targetTypeId, name: typeNames.get(targetTypeId)! },
    updateStatus: 'registered',
    installedAt: null,
    createdAt: now,
    createdBy: username,
    lastModifiedAt: now,
    lastModifiedBy: username,
    poll: null,
  });
}
