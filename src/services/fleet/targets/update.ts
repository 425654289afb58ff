import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { targetTypeNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { differences, type FieldChanges } from '../../platform/audit/record.ts';
import { requireGroupQuota } from '../../platform/quotas.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { givenOf } from '../../shared/patch.ts';
import { storedTokenDigest } from '../../shared/secrets.ts';
import { typeNamesOf } from '../target-types/find.ts';
import { TargetKey, TargetUpdate } from './input.ts';
import { lockTarget } from './selection.ts';
import type { Target } from './target.ts';
import { givenTokens, noteTokenRotations } from './token-rotation.ts';
import { selectTargets, toTarget } from './view.ts';

/**
 * Changes what is given; null clears. A new token ends the one before at once. Needs UPDATE_TARGET.
 * @throws TARGET_NOT_FOUND, TARGET_TYPE_NOT_FOUND, INVALID_INPUT
 */
export async function updateTarget(context: Context, input: TargetUpdate): Promise<Target> {
  const caller = requirePermission(context, 'UPDATE_TARGET');
  const { tenantId, username } = caller;
  const key = parse(TargetKey, input);
  const update = parse(TargetUpdate, input);
  const tenant = await context.tenants.byId(tenantId);

  return change(context, async (tx, changes) => {
    const before = await lockTarget(tx, context, 'UPDATE_TARGET', key);
    const { address, securityToken, ...given } = givenOf(update);
    if (given.targetTypeId != null) await requireType(tx, context, given.targetTypeId);
    const now = context.clock();
    const token = securityToken && context.secrets.sealToken(securityToken);
    if (token) await noteTokenRotations(tx, { caller, now }, givenTokens([{ id: before.id, token }]));
    if (Object.keys(given).length || token || address !== undefined)
      await tx
        .update(targets)
        .set({
          ...given,
          ...(token && { securityToken: token }),
          lastModifiedAt: now,
          lastModifiedBy: username,
        })
        .where(and(eq(targets.tenantId, tenantId), eq(targets.id, before.id)));
    if (given.group) await requireGroupQuota(tx, tenantId);
    const addresses = address === undefined ? undefined : await setAddress(tx, before, address);
    changes.targetsInScope([before.controllerId]);
    const [row] = await selectTargets(tx, context, tenant).where(
      and(eq(targets.tenantId, tenantId), eq(targets.id, before.id)),
    );
    const isNewToken = token && storedTokenDigest(token) !== storedTokenDigest(before.securityToken);
    const changed = {
      ...differences(before, row!, AUDITED),
      ...addresses,
      ...(isNewToken && { securityToken: {} }),
    };
    if (Object.keys(changed).length)
      changes.record({ type: 'target.updated', subjects: [before.controllerId], changes: changed });
    return toTarget(context, tenant)(row!);
  });
}

/** What the audit trail shows of an update, beside the address and that there is a new token. */
const AUDITED = ['name', 'description', 'group', 'targetTypeId', 'requestAttributes'] as const;

/** @returns what the audit trail shows of it */
async function setAddress(
  tx: Transaction,
  { tenantId, id: targetId }: { tenantId: number; id: number },
  address: string | null,
): Promise<FieldChanges | undefined> {
  const itself = and(eq(targetPolls.tenantId, tenantId), eq(targetPolls.targetId, targetId));
  const [before] = await tx.select({ address: targetPolls.address }).from(targetPolls).where(itself);
  await tx
    .insert(targetPolls)
    .values({ tenantId, targetId, address })
    .onConflictDoUpdate({ target: [targetPolls.tenantId, targetPolls.targetId], set: { address } });
  return differences({ address: before?.address ?? null }, { address }, ['address']);
}

async function requireType(tx: Transaction, context: Context, id: number): Promise<void> {
  const names = await typeNamesOf(tx, context, [id]);
  if (!names.has(id)) throw targetTypeNotFound(String(id), ['targetTypeId']);
}
