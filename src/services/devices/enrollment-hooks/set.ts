import { enrollmentHooks } from '../../../database/tables/enrollment.ts';
import { invalid } from '../../../errors.ts';
import { differences } from '../../platform/audit/record.ts';
import { checkUrl } from '../../platform/outgoing/check-url.ts';
import { newSigningSecret } from '../../platform/outgoing/sign.ts';
import { creationStamp, modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { givenOf } from '../../shared/patch.ts';
import type { EnrollmentGroup } from '../enrollment/find.ts';
import { lockGroup } from '../enrollment/update.ts';
import { type EnrollmentHook, hookOfGroup, requireHookRights } from './find.ts';
import { HOOK_DEFAULTS, SetEnrollmentHook } from './input.ts';

const RECORDED = ['url', 'timeoutSeconds', 'onFailure'] as const satisfies (keyof EnrollmentHook)[];

/**
 * Gives an enrollment group a hook, or changes the one it has: undefined keeps a field. A new secret is shown only in
 * this answer, and the one before signs nothing more. Needs UPDATE_TENANT_CONFIGURATION, and READ_TARGET without a scope.
 * @throws ENROLLMENT_GROUP_NOT_FOUND, INVALID_INPUT
 */
export async function setEnrollmentHook(
  context: Context,
  input: SetEnrollmentHook,
): Promise<{ group: EnrollmentGroup; secret: string | null }> {
  const tenantId = requireHookRights(context);
  const { groupId, url, timeout, onFailure, rotateSecret } = parse(SetEnrollmentHook, input);
  if (url !== undefined) checkUrl(url, context.systemDefaults.privateWebhooks);
  const given = givenOf({ url, timeoutSeconds: timeout, onFailure });

  return change(context, async (tx, changes) => {
    const group = await lockGroup(tx, tenantId, groupId, ['groupId']);
    const [before] = await tx.select().from(enrollmentHooks).where(hookOfGroup(tenantId, groupId));
    if (!before && !given.url) throw invalid('url: a new hook needs one', ['url']);
    const secret = !before || rotateSecret ? newSigningSecret() : null;
    if (!Object.keys(given).length && !secret) return { group, secret };
    const base = before ?? {
      ...HOOK_DEFAULTS,
      tenantId,
      groupId,
      url: '',
      secret: '',
      ...creationStamp(context),
    };
    const changed = {
      ...given,
      ...(secret && { secret: context.secrets.seal(secret) }),
      ...modificationStamp(context),
    };
    const after = { ...base, ...changed };
    await tx
      .insert(enrollmentHooks)
      .values(after)
      .onConflictDoUpdate({ target: [enrollmentHooks.tenantId, enrollmentHooks.groupId], set: changed });
    changes.settings();
    changes.record({
      type: 'enrollment-hook.set',
      subjects: [group.name],
      changes: {
        ...differences<Partial<EnrollmentHook>>(before ?? {}, after, RECORDED),
        ...(secret && { secret: {} }),
      },
    });
    return { group, secret };
  });
}
