import { and, eq } from 'drizzle-orm';
import { distributionSets } from '../../../database/tables/distribution-sets.ts';
import { distributionSetIncomplete, locked as isLocked } from '../../../errors.ts';
import { requireStillInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { renamed, requireNoScopeOn } from '../../access/scoped-fields.ts';
import { differences } from '../../platform/audit/record.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { givenOf } from '../../shared/patch.ts';
import { titleOf } from '../software-modules/module.ts';
import type { DistributionSet } from './distribution-set.ts';
import { freezeSets } from './freeze.ts';
import { DistributionSetUpdate } from './input.ts';
import { lockValidSet, readSets, setsAs } from './set.ts';
import { faultOfTargetFilter } from './target-filter.ts';

const CHANGEABLE = [
  'name',
  'version',
  'description',
  'requiredMigrationStep',
  'locked',
  'targetFilter',
] as const;

/**
 * Changes what is given. `locked` locks the modules, too, but unlocks only the set. Another `targetFilter` is for what is
 * assigned from now on: actions that there are stay. Needs UPDATE_DISTRIBUTION_SET.
 * @throws DISTRIBUTION_SET_NOT_FOUND, DISTRIBUTION_SET_DELETED, DISTRIBUTION_SET_INVALID,
 *   DISTRIBUTION_SET_ALREADY_EXISTS, DISTRIBUTION_SET_INCOMPLETE where it cannot be locked yet, LOCKED for a change
 *   that needs an unlocked set, INVALID_INPUT, the filter's errors; FORBIDDEN where a scope of the caller filters by the
 *   name or version, or the filter asks for what the caller may not read
 */
export async function updateDistributionSet(
  context: Context,
  input: DistributionSetUpdate,
): Promise<DistributionSet> {
  const { tenantId } = requirePermission(context, 'UPDATE_DISTRIBUTION_SET');
  const { id, locked, ...rest } = parse(DistributionSetUpdate, input);
  const given = givenOf(rest);
  const fault = given.targetFilter == null ? undefined : faultOfTargetFilter(context, given.targetFilter);
  if (fault) throw fault;

  return change(context, async (tx, changes) => {
    const before = await lockValidSet(tx, context, { permission: 'UPDATE_DISTRIBUTION_SET', id });
    const names = renamed(before, given, ['name', 'version']);
    if (names.length) requireNoScopeOn(context, 'distributionSet', names);
    const { requiredMigrationStep = before.requiredMigrationStep } = given;
    if (before.locked && locked !== false && requiredMigrationStep !== before.requiredMigrationStep)
      throw isLocked(`The distribution set ${id}`, ['requiredMigrationStep']);
    if (locked && !before.complete) throw distributionSetIncomplete(String(id), ['locked']);
    if (locked) await freezeSets(tx, context, [id]);
    const written = { ...given, ...(locked === false && { locked }) };
    if (Object.keys(written).length)
      await tx
        .update(distributionSets)
        .set({ ...written, ...modificationStamp(context) })
        .where(and(eq(distributionSets.tenantId, tenantId), eq(distributionSets.id, id)));
    await requireStillInScope(tx, context, setsAs('UPDATE_DISTRIBUTION_SET'), eq(distributionSets.id, id));
    const after = (await readSets(tx, tenantId, [id])).get(id)!;
    const changed = differences(before, after, CHANGEABLE);
    if (changed)
      changes.record({ type: 'distribution-set.updated', subjects: [titleOf(before)], changes: changed });
    return after;
  });
}
