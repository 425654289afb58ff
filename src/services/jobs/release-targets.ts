import { requirePermission } from '../access/permissions.ts';
import { claimCodeDigest, newClaimCode } from '../fleet/claims/code.ts';
import { expiryOf } from '../fleet/claims/input.ts';
import type { Context } from '../shared/context.ts';
import { type BulkChange, changeMany } from './begin.ts';
import { type BulkInput, KINDS } from './kinds.ts';

/** What was released, and by which code. */
export interface Release extends BulkChange {
  /** Null where nothing is released. It is shown only here. */
  code: string | null;
  expiresAt: Date;
}

/**
 * Releases targets by one new code, at once or, where a filter matches many, by a job. Needs what `releaseTargets` needs.
 * @throws what `releaseTargets` and `changeMany` throw
 */
export async function releaseMany(
  context: Context,
  { expiresAt: given, ...selection }: BulkInput & { expiresAt?: Date | null | undefined },
): Promise<Release> {
  requirePermission(context, ...KINDS.release_targets.permissions);
  const expiresAt = expiryOf(context.clock(), given);
  const code = newClaimCode(context.caller.tenantId);
  const input = { ...selection, digest: claimCodeDigest(code), expiresAt };
  const done = await changeMany(context, 'release_targets', input);
  const isReleased = !selection.dryRun && (done.job !== null || done.affectedCount > 0);
  return { ...done, code: isReleased ? code : null, expiresAt };
}
