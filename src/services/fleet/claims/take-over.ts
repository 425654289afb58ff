import { and, eq } from 'drizzle-orm';
import { targets } from '../../../database/tables/targets.ts';
import { targetTokenRotations } from '../../../database/tables/token-rotations.ts';
import { targetAlreadyExists } from '../../../errors.ts';
import { creationStamp, modificationStamp } from '../../shared/authorship.ts';
import type { Step } from '../../shared/change.ts';
import { deletePending } from '../targets/delete-pending.ts';
import { defaultName } from '../targets/input.ts';
import { requireRoomForTargets } from '../targets/quota.ts';
import type { LockedTarget } from '../targets/selection.ts';
import { endCertificates } from './end-certificates.ts';
import { overlapOf, type WorkingToken } from './hand-over.ts';

/* What a claim does in the tenant that takes a target over. */

/** What the claimed target gets. */
export interface Terms {
  securityToken: string;
  targetTypeId?: number | null | undefined;
  group?: string | null | undefined;
  /** Until when what signed the device in with its former owner still does. */
  until: Date;
}

/**
 * A new target, of which nothing is known but its controllerId. @returns its id
 * @throws TARGET_ALREADY_EXISTS, QUOTA_EXCEEDED
 */
export async function insertClaimed(
  { tx, context, changes }: Step,
  controllerId: string,
  { securityToken, targetTypeId, group, until }: Terms,
): Promise<number> {
  const { tenantId } = context.caller;
  await requireRoomForTargets(tx, context, tenantId, 1);
  const [target] = await tx
    .insert(targets)
    .values({
      tenantId,
      controllerId,
      name: defaultName(controllerId),
      group: group || null,
      targetTypeId: targetTypeId ?? null,
      securityToken: context.secrets.sealToken(securityToken),
      requestAttributes: true,
      updateStatus: 'registered',
      derivedTokensEndAt: until,
      ...creationStamp(context),
    })
    .onConflictDoNothing({ target: [targets.tenantId, targets.controllerId] })
    .returning({ id: targets.id });
  if (!target) throw targetAlreadyExists(controllerId, ['code']);
  changes.created([controllerId]);
  return target.id;
}

/**
 * A device that comes back gets the target again that it had here. @returns its id; undefined where it had none
 * @throws TARGET_ALREADY_EXISTS for a target that is another device
 */
export async function takeUpAgain(
  { tx, context, changes }: Step,
  released: LockedTarget,
  { securityToken, targetTypeId, group, until }: Terms,
): Promise<number | undefined> {
  const { tenantId } = context.caller;
  const { controllerId } = released;
  const [known] = await tx
    .select()
    .from(targets)
    .where(and(eq(targets.tenantId, tenantId), eq(targets.controllerId, controllerId)))
    .for('no key update');
  if (!known) return undefined;
  const overlap = await overlapOf(tx, known);
  if (overlap?.target.tenantId !== released.tenantId || overlap.target.targetId !== released.id)
    throw targetAlreadyExists(controllerId, ['code']);
  // Others had the device since. Within the overlap its certificate may be all that it has.
  if (overlap.until <= context.clock()) await endCertificates(tx, context, known.id);
  await tx
    .update(targets)
    .set({
      securityToken: context.secrets.sealToken(securityToken),
      ...(targetTypeId !== undefined && { targetTypeId }),
      ...(group !== undefined && { group: group || null }),
      requestAttributes: true,
      derivedTokensEndAt: until,
      movedAt: null,
      movedToTenantId: null,
      movedToTargetId: null,
      overlapDueAt: null,
      ...modificationStamp(context),
    })
    .where(and(eq(targets.tenantId, tenantId), eq(targets.id, known.id)));
  changes.targets([controllerId]);
  return known.id;
}

/** Lets the tokens work on that the device has, until it uses the new one. */
export async function noteOldTokens(
  { tx, context }: Step,
  targetId: number,
  tokens: readonly WorkingToken[],
): Promise<void> {
  const { tenantId, username } = context.caller;
  await tx.insert(targetTokenRotations).values({
    tenantId,
    targetId,
    rotatedAt: context.clock(),
    rotatedBy: username,
    oldDigests: tokens.map(({ digest }) => digest),
    oldUntil: tokens.map(({ until }) => until),
  });
}

/** It no longer waits for an approval, where it came here by itself before. */
export async function endWaiting({ tx, context, changes }: Step, controllerId: string): Promise<void> {
  if (await deletePending(tx, context.caller.tenantId, controllerId)) changes.pending();
}
