import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { targets } from '../../../database/tables/targets.ts';
import { autoAssignmentForceTypeInvalid } from '../../../errors.ts';
import { parseFilter } from '../../../filters/parse.ts';
import { requireFilterWhollyReadable } from '../../access/readable-fields.ts';
import { scopeCondition } from '../../access/scopes.ts';
import { creatorScope } from '../../fleet/targets/combined-scope.ts';
import { TARGET_FIELDS } from '../../fleet/targets/fields.ts';
import { askedTargets } from '../../fleet/targets/matching.ts';
import { added, type FieldChanges } from '../../platform/audit/record.ts';
import { creationStamp } from '../../shared/authorship.ts';
import type { Context } from '../../shared/context.ts';
import type { DistributionSet } from '../../software/distribution-sets/distribution-set.ts';
import { freezeSets, requireAssignableSet } from '../../software/distribution-sets/freeze.ts';
import { titleOf } from '../../software/software-modules/module.ts';
import { refuseIfAllOutside, takesSetType } from '../assignments/compatibility.ts';
import { DEFAULT_WEIGHT } from '../assignments/input.ts';
import { type AutoAssignment, readAutoAssignments } from './auto-assignment.ts';
import type { AutoAssignmentOptions } from './input.ts';

export interface NewAutoAssignment extends AutoAssignmentOptions {
  name: string;
  description?: string | null | undefined;
  filter: string;
  targetFilterId?: number;
  /** Where the caller's input says which targets; `filter` if missing. */
  filterField?: string;
}

/**
 * Makes an auto-assignment, which acts for the caller: also later it reaches those targets only that the caller may
 * read and change now. It waits for an approval where the tenant wants one. Its set is locked as by an assignment.
 * @throws DISTRIBUTION_SET_NOT_FOUND, DISTRIBUTION_SET_DELETED, DISTRIBUTION_SET_INVALID, DISTRIBUTION_SET_INCOMPLETE,
 *   AUTO_ASSIGNMENT_FORCE_TYPE_INVALID, AUTO_ASSIGNMENT_ALREADY_EXISTS; OUTSIDE_TARGET_FILTER where targets match and the
 *   set is for none of them, unless that is ignored; FORBIDDEN where the filter asks for what the caller may not read
 */
export async function setUpAutoAssignment(
  tx: Transaction,
  context: Context,
  { distributionSetId, filterField = 'filter', ...given }: NewAutoAssignment,
): Promise<AutoAssignment> {
  const { tenantId, username } = context.caller;
  requireFilterWhollyReadable(context, TARGET_FIELDS, parseFilter(given.filter));
  const { forceType, weight, confirmationRequired, ...named } = given;
  if (forceType === 'timeforced') throw autoAssignmentForceTypeInvalid();
  const { settings } = await context.tenants.byId(tenantId);
  const set = await requireAssignableSet(tx, context, distributionSetId);
  const ignoreTargetFilter = named.ignoreTargetFilter ?? false;
  if (!ignoreTargetFilter)
    await refuseOutside(tx, context, set, { filter: given.filter, path: [filterField] });
  const scope = creatorScope(context);
  const [created] = await tx
    .insert(autoAssignments)
    .values({
      tenantId,
      ...named,
      ignoreTargetFilter,
      setId: set.id,
      forceType: forceType ?? 'forced',
      weight: weight ?? DEFAULT_WEIGHT,
      confirmationRequired: confirmationRequired ?? settings.confirmationFlow,
      status: settings.autoAssignmentApproval ? 'waiting_for_approval' : 'ready',
      initiatedBy: username,
      creatorScopes: scope === null ? null : [scope],
      ...creationStamp(context),
    })
    .returning({ id: autoAssignments.id });
  if (settings.implicitLock && !set.locked) await freezeSets(tx, context, [set.id]);
  const { id } = created!;
  return (await readAutoAssignments(tx, tenantId, [id])).get(id)!;
}

/** @throws OUTSIDE_TARGET_FILTER */
async function refuseOutside(
  tx: Transaction,
  context: Context,
  set: DistributionSet,
  { filter, path }: { filter: string; path: string[] },
): Promise<void> {
  if (set.targetFilter === null) return;
  const matching = and(
    eq(targets.tenantId, context.caller.tenantId),
    await askedTargets(tx, context, filter),
    await scopeCondition(context, 'UPDATE_TARGET'),
    takesSetType(context.caller.tenantId, set.type.id),
  )!;
  await refuseIfAllOutside(tx, context, set, { matching, path });
}

/** What the audit trail tells of a new one. */
export const describeAutoAssignment = ({
  filter,
  distributionSet,
  forceType,
  weight,
  startAt,
  status,
  ignoreTargetFilter,
}: AutoAssignment): FieldChanges =>
  added({
    filter,
    distributionSet: titleOf(distributionSet),
    forceType,
    weight,
    startAt,
    status,
    ignoreTargetFilter: ignoreTargetFilter || null,
  });
