import { and, eq } from 'drizzle-orm';
import type { z } from 'zod';
import { isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targets } from '../../../database/tables/targets.ts';
import { DomainError, targetAlreadyExists, targetTypeNotFound } from '../../../errors.ts';
import { requireStillInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { requireGroupQuota } from '../../platform/quotas.ts';
import { changeBy, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { typeNamesOf } from '../target-types/find.ts';
import { generateToken } from '../targets/input.ts';
import { adjustTargetCount } from '../targets/quota.ts';
import { targetsAs } from '../targets/scope.ts';
import type { Target } from '../targets/target.ts';
import { selectTargets, toTarget } from '../targets/view.ts';
import { readClaimCode } from './code.ts';
import { formerContext, leaveBehind, takeReleased, workingTokensOf } from './hand-over.ts';
import { ClaimTarget, type ClaimTargets } from './input.ts';
import { endWaiting, insertClaimed, noteOldTokens, type Terms, takeUpAgain } from './take-over.ts';

/**
 * Takes over a target of another tenant by its code: the device gets a target here, with a new security token and nothing
 * of what was known of it, and its former owner keeps the history. What the device signed in with works until the end of
 * the overlap, or until it first uses the new token. A device that comes back goes on with the target that it had here.
 * Needs CREATE_TARGET.
 * @throws CLAIM_CODE_INVALID, TARGET_ALREADY_EXISTS, TARGET_TYPE_NOT_FOUND, QUOTA_EXCEEDED, TOO_MANY_REQUESTS after several
 *   wrong codes, FORBIDDEN for a target that would be out of scope, INVALID_INPUT
 */
export async function claimTarget(context: Context, input: ClaimTarget): Promise<Target> {
  const { tenantId } = requirePermission(context, 'CREATE_TARGET');
  const { code, controllerId, ...given } = parse(ClaimTarget, input);
  const tenant = await context.tenants.byId(tenantId);
  return byCode(context, code, async (read) => {
    const [taken] = await changeBy(context, async (step) => {
      const ids = await takeOver(step, read, [controllerId], given);
      return selectTargets(step.tx, context, tenant).where(withIds(tenantId, ids));
    });
    return toTarget(context, tenant)(taken!);
  });
}

/** Does what a code allows. Wrong ones are counted. @throws CLAIM_CODE_INVALID, TOO_MANY_REQUESTS */
export function byCode<T>(context: Context, code: string, work: (read: ReadCode) => Promise<T>): Promise<T> {
  const { tenantId, username } = context.caller;
  const by = { tenantId, username, address: context.origin.address };
  const read = readClaimCode(code) ?? NO_CODE;
  return context.guesses.attempt(by, () => work(read), isWrongCode);
}

const isWrongCode = (error: unknown) => error instanceof DomainError && error.code === 'CLAIM_CODE_INVALID';

type ReadCode = NonNullable<ReturnType<typeof readClaimCode>>;
/** Looked for as any other, so that it takes as long. */
const NO_CODE: ReadCode = { tenantId: 0, digest: '' };

export const withIds = (tenantId: number, ids: readonly number[]) =>
  and(eq(targets.tenantId, tenantId), isAmong(targets.id, ids));

type Given = Omit<z.output<typeof ClaimTargets>, 'code' | 'controllerIds'> & { securityToken?: string };

/**
 * Takes over the targets that a code is for, in this order; undefined names the one that it is for alone.
 * @returns the ids of the new targets
 */
export async function takeOver(
  { tx, context, changes }: Step,
  code: ReadCode,
  controllerIds: readonly (string | null | undefined)[],
  { overlap, ...given }: Given,
): Promise<number[]> {
  const { tenantId } = context.caller;
  const former = formerContext(context, code.tenantId);
  const from = { tx, context: former, changes: changes.of(former) };
  const until = new Date(context.clock().getTime() + overlap * 1_000);
  await requireType(tx, context, given.targetTypeId);
  const ids: number[] = [];
  let made = 0;
  for (const controllerId of controllerIds) {
    const terms = { securityToken: generateToken(), ...given, until };
    const { id, isNew } = await takeOne({ tx, context, changes }, from, { ...code, controllerId }, terms);
    ids.push(id);
    if (isNew) made++;
  }
  await requireStillInScope(tx, context, targetsAs('CREATE_TARGET'), withIds(tenantId, ids)!);
  if (given.group) await requireGroupQuota(tx, tenantId);
  // Last, because near the limit all that make targets wait for it.
  for (const near of await adjustTargetCount(tx, context, tenantId, made)) changes.record(near);
  return ids;
}

async function takeOne(
  step: Step,
  from: Parameters<typeof leaveBehind>[0],
  released: ReadCode & { controllerId: string | null | undefined },
  terms: Terms,
): Promise<{ id: number; isNew: boolean }> {
  const { tx, context, changes } = step;
  const { tenantId } = context.caller;
  const { until } = terms;
  const now = context.clock();
  const target = await takeReleased(tx, released, now);
  const { controllerId } = target;
  // Its own tenant has it already.
  if (target.tenantId === tenantId) throw targetAlreadyExists(controllerId, ['code']);
  const tokens = await workingTokensOf(tx, target, now, until);
  const again = await takeUpAgain(step, target, terms);
  const id = again ?? (await insertClaimed(step, controllerId, terms));
  await noteOldTokens(step, id, tokens);
  await leaveBehind(from, target, { tenantId, targetId: id, until });
  await endWaiting(step, controllerId);
  changes.record({ type: 'target.claimed', subjects: [controllerId] });
  return { id, isNew: again === undefined };
}

async function requireType(tx: Transaction, context: Context, id: number | null | undefined): Promise<void> {
  if (id != null && !(await typeNamesOf(tx, context, [id])).has(id))
    throw targetTypeNotFound(String(id), ['targetTypeId']);
}
