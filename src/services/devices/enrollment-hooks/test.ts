import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { enrollmentGroups, enrollmentHooks } from '../../../database/tables/enrollment.ts';
import { enrollmentHookNotFound, tooManyRequests } from '../../../errors.ts';
import { controllerId } from '../../fleet/targets/input.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { type HookAnswer, readAnswer } from './answer.ts';
import { messageOf, receiverOf } from './ask.ts';
import { hookOfGroup, requireHookRights } from './find.ts';

const TestEnrollmentHook = z.object({ groupId: z.number(), device: controllerId });
export type TestEnrollmentHook = z.input<typeof TestEnrollmentHook>;

/** What a hook answered, or why that doesn't count. */
export interface HookTest {
  answer: HookAnswer | null;
  error: string | null;
}

/**
 * Asks the hook of an enrollment group about a device of that name, marked as a test; whatever it answers, no device is
 * registered. It is asked even while it is left alone because it failed, and one that answers is asked again about
 * devices at once. Needs UPDATE_TENANT_CONFIGURATION, and READ_TARGET without a scope.
 * @throws ENROLLMENT_HOOK_NOT_FOUND; TOO_MANY_REQUESTS while it is asked about many devices
 */
export async function testEnrollmentHook(context: Context, input: TestEnrollmentHook): Promise<HookTest> {
  const tenantId = requireHookRights(context);
  const { groupId, device: name } = parse(TestEnrollmentHook, input);
  const hook = await readHook(context, tenantId, groupId);
  const tenant = await context.tenants.byId(tenantId);
  const { address } = context.origin;
  const question = { tenant, hook, controllerId: name, address, certificateSubject: null };
  const called = await context.calls.call(
    receiverOf(tenantId, hook),
    messageOf(question, true),
    (text) => readAnswer(context.database, tenantId, text),
    { evenResting: true },
  );
  if (called.kind === 'busy' || called.kind === 'resting')
    throw tooManyRequests('devices that it is asked about', 1);
  const test =
    called.kind === 'answered'
      ? { answer: called.value, error: null }
      : { answer: null, error: called.reason };
  await change(context, async (_tx, changes) => {
    const outcome = test.answer?.decision ?? 'failed';
    changes.record({
      type: 'enrollment-hook.tested',
      subjects: [hook.groupName],
      changes: { outcome: { new: outcome } },
    });
  });
  return test;
}

async function readHook({ database }: Context, tenantId: number, groupId: number) {
  const [row] = await database
    .select({ hook: enrollmentHooks, groupName: enrollmentGroups.name })
    .from(enrollmentHooks)
    .innerJoin(
      enrollmentGroups,
      and(
        eq(enrollmentGroups.tenantId, enrollmentHooks.tenantId),
        eq(enrollmentGroups.id, enrollmentHooks.groupId),
      ),
    )
    .where(hookOfGroup(tenantId, groupId));
  if (!row) throw enrollmentHookNotFound(String(groupId));
  return { ...row.hook, groupName: row.groupName };
}
