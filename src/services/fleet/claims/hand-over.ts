import { and, eq, gt } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { targetClaimCodes } from '../../../database/tables/claim-codes.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { targetTokenRotations } from '../../../database/tables/token-rotations.ts';
import { claimCodeInvalid, invalid } from '../../../errors.ts';
import { cancelActionsOfMoved } from '../../deployments/actions/cancel-moved.ts';
import type { Changes } from '../../shared/change.ts';
import { type ActorContext, asServer, type Context } from '../../shared/context.ts';
import { storedTokenDigest } from '../../shared/secrets.ts';
import { isStorableText } from '../../shared/text.ts';
import type { LockedTarget } from '../targets/selection.ts';
import { isHere } from '../targets/target.ts';
import { endCertificates } from './end-certificates.ts';

/* What a claim does to the tenant that gives a target away. Each statement names that tenant. */

/** What a code is for. */
interface Claimed {
  tenantId: number;
  digest: string;
  controllerId: string | null | undefined;
}

/** The context in which the tenant that gives a target away is changed: it learns nothing of who takes it. */
export const formerContext = (context: Context, tenantId: number): ActorContext =>
  asServer(context, tenantId);

/**
 * The target that a code is for, locked until the transaction ends; its code is used up with this transaction. Two who have
 * the same code wait for each other, and the second finds none.
 * @throws CLAIM_CODE_INVALID; INVALID_INPUT where the code is for several targets and none is named
 */
export async function takeReleased(
  tx: Transaction,
  { tenantId, digest, controllerId }: Claimed,
  now: Date,
): Promise<LockedTarget> {
  if (controllerId != null && !isStorableText(controllerId)) throw claimCodeInvalid();
  const isValid = and(
    eq(targetClaimCodes.tenantId, tenantId),
    eq(targetClaimCodes.digest, digest),
    gt(targetClaimCodes.expiresAt, now),
  );
  const found = await tx
    .select({ id: targets.id })
    .from(targetClaimCodes)
    .innerJoin(targets, and(eq(targets.tenantId, tenantId), eq(targets.id, targetClaimCodes.targetId)))
    .where(and(isValid, controllerId == null ? undefined : eq(targets.controllerId, controllerId)))
    .limit(2);
  if (found.length > 1)
    throw invalid('controllerId: the code is for several targets: say which', ['controllerId']);
  const [target] = await tx
    .select()
    .from(targets)
    .where(and(eq(targets.tenantId, tenantId), eq(targets.id, found[0]?.id ?? 0), isHere))
    .for('update');
  // Only now nobody else can use it or end it.
  const [used] = target
    ? await tx
        .delete(targetClaimCodes)
        .where(and(isValid, eq(targetClaimCodes.targetId, target.id)))
        .returning({ targetId: targetClaimCodes.targetId })
    : [];
  if (!target || !used) throw claimCodeInvalid();
  return target;
}

/** A token that signs a device in, as its digest in hexadecimal, and until when. */
export interface WorkingToken {
  digest: string;
  until: Date;
}

/** What signs the device of a locked target in by its own tokens, until that time at the latest. */
export async function workingTokensOf(
  tx: Transaction,
  { tenantId, id, securityToken }: LockedTarget,
  now: Date,
  until: Date,
): Promise<WorkingToken[]> {
  if (until <= now) return [];
  const [rotation] = await tx
    .select({ oldDigests: targetTokenRotations.oldDigests, oldUntil: targetTokenRotations.oldUntil })
    .from(targetTokenRotations)
    .where(and(eq(targetTokenRotations.tenantId, tenantId), eq(targetTokenRotations.targetId, id)));
  const older = (rotation?.oldDigests ?? []).map((digest, index) => ({
    digest,
    until: new Date(Math.min(rotation!.oldUntil[index]?.getTime() ?? 0, until.getTime())),
  }));
  return [{ digest: storedTokenDigest(securityToken), until }, ...older.filter((token) => token.until > now)];
}

/**
 * Leaves a locked target to its former owner as the history of its device: what it had still to do ends, and it is noted
 * where its device is now.
 */
export async function leaveBehind(
  { tx, context, changes }: { tx: Transaction; context: ActorContext; changes: Changes },
  { id, controllerId, certificateExpiresAt }: LockedTarget,
  to: { tenantId: number; targetId: number; until: Date },
): Promise<void> {
  const { tenantId, username } = context.caller;
  const now = context.clock();
  if (to.until <= now) await endCertificates(tx, context, id);
  changes.rollouts(await cancelActionsOfMoved(tx, context, id));
  // It polls here no more, so that it is never overdue.
  for (const theirs of [targetPolls, targetTokenRotations])
    await tx.delete(theirs).where(and(eq(theirs.tenantId, tenantId), eq(theirs.targetId, id)));
  await tx
    .update(targets)
    .set({
      movedAt: now,
      movedToTenantId: to.tenantId,
      movedToTargetId: to.targetId,
      ...(certificateExpiresAt && to.until > now && { overlapDueAt: nextLook(to.until, now) }),
      lastModifiedAt: now,
      lastModifiedBy: username,
    })
    .where(and(eq(targets.tenantId, tenantId), eq(targets.id, id)));
  changes.targets([controllerId]);
  changes.record({ type: 'target.moved', subjects: [controllerId] });
}

/** A device may move on and on; further than this nobody follows it. */
export const MOST_MOVES = 8;

type Place = { tenantId: number | null; targetId: number | null };

/**
 * Until when the certificates of a target that has moved open its device, be it by way of others; undefined where nobody
 * has it now. `target` is what the device is now.
 */
export async function overlapOf(
  tx: Transaction,
  { movedToTenantId, movedToTargetId }: LockedTarget,
): Promise<{ until: Date; target: Place } | undefined> {
  let at: Place = { tenantId: movedToTenantId, targetId: movedToTargetId };
  let until = Number.POSITIVE_INFINITY;
  for (let moves = 0; moves < MOST_MOVES && at.tenantId !== null && at.targetId !== null; moves++) {
    const [next] = await tx
      .select({
        tenantId: targets.movedToTenantId,
        targetId: targets.movedToTargetId,
        overlap: targets.derivedTokensEndAt,
      })
      .from(targets)
      .where(and(eq(targets.tenantId, at.tenantId), eq(targets.id, at.targetId)));
    if (!next) return undefined;
    until = Math.min(until, next.overlap?.getTime() ?? 0);
    if (next.tenantId === null) return { until: new Date(until), target: at };
    at = next;
  }
  return undefined;
}

/** Others may end an overlap sooner than was said. */
const LOOK_AGAIN_MS = 86_400_000;

/** When to look next whether an overlap has ended. */
export const nextLook = (until: Date, now: Date): Date =>
  new Date(Math.min(until.getTime(), now.getTime() + LOOK_AGAIN_MS));
