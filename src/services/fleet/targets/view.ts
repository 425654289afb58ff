import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../../database/connect.ts';
import { fixed, preparedWith } from '../../../database/prepared.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { isUnscoped, scopeConditionIn } from '../../access/scopes.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import type { Context } from '../../shared/context.ts';
import { isAutoConfirmed, pollOverride } from './fields.ts';
import { joinedPolls, joinedTypes, type PollStatus, TARGET_COLUMNS, type Target } from './target.ts';

/** A column of the targets' types, null where the type is out of the scope in which the caller may read types. */
export function ofReadableType<T extends SQLWrapper>(context: Context, tenant: Tenant, column: T) {
  const readable = scopeConditionIn(context, tenant, 'READ_TARGET_TYPE');
  return readable ? sql<string | null>`CASE WHEN ${readable} THEN ${column} END` : column;
}

const TYPE_NAME = fixed(sql<string | null>`${targetTypes.name}`);
const AUTO_CONFIRMED = fixed(isAutoConfirmed({ tenantId: sql.placeholder('tenantId') }));
const NEVER_CONFIRMED = fixed(sql<boolean | null>`NULL::boolean`);

/**
 * What is shown of a target by what the caller may read, the tenant has set, or the time is. In a statement with the
 * placeholder `tenantId`.
 */
export const dependentColumns = (context: Context, tenant: Tenant) => ({
  targetTypeName: isUnscoped(context, 'READ_TARGET_TYPE')
    ? TYPE_NAME
    : sql<string | null>`${ofReadableType(context, tenant, targetTypes.name)}`,
  autoConfirmActive: tenant.settings.confirmationFlow ? AUTO_CONFIRMED : NEVER_CONFIRMED,
  override: pollOverride(tenant, context.clock()),
});

type DependentColumns = ReturnType<typeof dependentColumns>;

const selectWith = (database: Database | Transaction, columns: DependentColumns) =>
  database
    .select({ ...TARGET_COLUMNS, ...columns })
    .from(targets)
    .leftJoin(targetPolls, joinedPolls)
    .leftJoin(targetTypes, joinedTypes)
    .$dynamic();

/** Whole targets of a tenant, joined with all that filters may name; narrow it by `where`. */
export const selectTargets = (database: Database | Transaction, context: Context, tenant: Tenant) =>
  selectWith(database, {
    ...dependentColumns(context, tenant),
    ...(tenant.settings.confirmationFlow && { autoConfirmActive: isAutoConfirmed(tenant) }),
  });

/** The same for a page, built once for each shape. */
export const selectPage = preparedWith(
  (database, { chosen, order, ...columns }: DependentColumns & Record<'chosen' | 'order', SQL>) =>
    selectWith(database, columns).where(chosen).orderBy(order).limit(sql.placeholder('limit')),
);

export type TargetRow = Awaited<ReturnType<typeof selectTargets>>[number];

/** Turns rows into what this caller may see. */
export function toTarget(context: Context, tenant: Tenant): (row: TargetRow) => Target {
  const now = context.clock().getTime();
  const showsToken = context.caller.permissions.has('READ_TARGET_SECURITY_TOKEN');
  return (row) => ({
    id: row.id,
    controllerId: row.controllerId,
    name: row.name,
    description: row.description,
    group: row.group,
    address: row.address,
    targetType: row.targetTypeName === null ? null : { id: row.targetTypeId!, name: row.targetTypeName },
    securityToken: showsToken ? context.secrets.open(row.securityToken) : null,
    requestAttributes: row.requestAttributes,
    updateStatus: row.updateStatus,
    installedAt: row.installedAt,
    enrollmentGroupId: row.enrollmentGroupId,
    movedAt: row.movedAt,
    registeredWith: row.registeredWith,
    registeredFrom: row.registeredFrom,
    sharingSuspectedAt: row.sharingSuspectedAt,
    credential:
      row.credential && row.lastRequestAt
        ? { kind: row.credential, lastUsedAt: row.lastRequestAt, expiresAt: row.credentialExpiresAt }
        : null,
    autoConfirmActive: row.autoConfirmActive,
    createdAt: row.createdAt,
    createdBy: row.createdBy,
    lastModifiedAt: row.lastModifiedAt,
    lastModifiedBy: row.lastModifiedBy,
    poll: row.lastRequestAt && pollStatus(tenant, row.override, row.lastRequestAt, now),
  });
}

function pollStatus({ settings }: Tenant, override: number, lastRequestAt: Date, now: number): PollStatus {
  const { seconds } = settings.polling.overrides[override] ?? settings.polling;
  const next = lastRequestAt.getTime() + seconds * 1000;
  return {
    lastRequestAt,
    nextExpectedRequestAt: new Date(next),
    overdue: now > next + settings.overdueSeconds * 1000,
  };
}
