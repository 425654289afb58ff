import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { distributionSetTypes } from '../../../database/tables/distribution-sets.ts';
import { tenantConfiguration } from '../../../database/tables/tenants.ts';
import { readOnly } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { DEFAULT_SET_TYPE_KEY } from '../../platform/tenants/configuration-keys.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { removeOrHide } from '../../shared/removal.ts';
import { lockSetType } from './find.ts';

/**
 * Deletes a distribution set type. A type that a set has is only marked as deleted, and nothing new can use
 * it. Deleting it again is no error. Needs DELETE_DISTRIBUTION_SET_TYPE.
 * @throws DISTRIBUTION_SET_TYPE_NOT_FOUND, READ_ONLY for the type that new sets have by default
 */
export async function deleteDistributionSetType(context: Context, { id }: { id: number }): Promise<void> {
  const { tenantId } = requirePermission(context, 'DELETE_DISTRIBUTION_SET_TYPE');
  const itself = and(eq(distributionSetTypes.tenantId, tenantId), eq(distributionSetTypes.id, id));

  await change(context, async (tx, changes) => {
    const type = await lockSetType(tx, context, 'DELETE_DISTRIBUTION_SET_TYPE', id);
    if (type.deleted) return;
    await refuseDefault(tx, tenantId, id);
    await removeOrHide(
      tx,
      (inner) => inner.delete(distributionSetTypes).where(itself),
      () =>
        tx
          .update(distributionSetTypes)
          .set({ deleted: true, ...modificationStamp(context) })
          .where(itself),
    );
    changes.record({ type: 'distribution-set-type.deleted', subjects: [type.key] });
  });
}

async function refuseDefault(tx: Transaction, tenantId: number, id: number): Promise<void> {
  const [setting] = await tx
    .select({ key: tenantConfiguration.key })
    .from(tenantConfiguration)
    .where(
      and(
        eq(tenantConfiguration.tenantId, tenantId),
        eq(tenantConfiguration.key, DEFAULT_SET_TYPE_KEY),
        sql`${tenantConfiguration.value} = to_jsonb(${id}::bigint)`,
      ),
    );
  if (setting)
    throw readOnly(
      `The distribution set type ${id} is the default (${DEFAULT_SET_TYPE_KEY}): choose another first.`,
    );
}
