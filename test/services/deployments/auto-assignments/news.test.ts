import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { autoAssignments } from '../../../../src/database/tables/auto-assignments.ts';
import { DatabaseUnavailableError } from '../../../../src/database/unavailable.ts';
import type { AutoAssignment } from '../../../../src/services/deployments/auto-assignments/auto-assignment.ts';
import {
  pauseAutoAssignment,
  resumeAutoAssignment,
} from '../../../../src/services/deployments/auto-assignments/handle.ts';
import { autoAssigner } from '../../../../src/services/deployments/auto-assignments/run.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { updateTarget } from '../../../../src/services/fleet/targets/update.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { createSet } from '../assignments/support.ts';
import { assignAll, autoAssignment } from './support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

let context: Context;
let made: AutoAssignment;
let run: () => Promise<void>;
beforeEach(async () => {
  context = (await newTenant(platform)).contextOf();
  await createTargets(context, { targets: [{ controllerId: 'a', group: 'mine' }, { controllerId: 'b' }] });
  made = await autoAssignment(context, await createSet(context, 'set'), { filter: 'group==mine' });
  await assignAll(context, made);
  run = autoAssigner(platform, (error) => expect(error).toBeUndefined());
});

const itself = () =>
  and(eq(autoAssignments.tenantId, context.caller.tenantId), eq(autoAssignments.id, made.id));

/** It has passed through all its targets a moment ago, and won't again for an hour. */
const rest = () =>
  platform.database.execute(sql`
    UPDATE auto_assignments SET passed_to = 0, rests_until = statement_timestamp() + interval '1 hour',
      newest_passed = (SELECT max(id) FROM targets WHERE tenant_id = ${context.caller.tenantId})
    WHERE ${itself()}`);

/** The targets that have an action of it. */
const assigned = async () => {
  const rows = await platform.database.execute<{ controller_id: string }>(sql`
    SELECT controller_id FROM targets WHERE tenant_id = ${context.caller.tenantId}
      AND EXISTS (SELECT FROM actions WHERE actions.tenant_id = ${context.caller.tenantId} AND target_id = targets.id)
    ORDER BY 1`);
  return rows.map((row) => row.controller_id);
};

/** A target that no process hears of. */
const addSilently = (controllerId: string) =>
  platform.database.execute(sql`
    INSERT INTO targets (tenant_id, controller_id, name, "group", security_token, request_attributes, update_status,
      created_at, created_by, last_modified_at, last_modified_by)
    VALUES (${context.caller.tenantId}, ${controllerId}, 'x', 'mine', 'x', false, 'unknown', now(), 'x', now(), 'x')`);

const grouped = (controllerId: string) => ({ controllerId, group: 'mine' });

describe('an auto-assignment that rests', () => {
  it('looks at once at targets that are new, and at no others', async () => {
    await rest();
    await addSilently('silent');
    await createTargets(context, { targets: [grouped('c'), { controllerId: 'd' }] });
    await run();
    expect(await assigned()).toEqual(['a', 'c']);
  });

  it('at those that have come to match', async () => {
    await rest();
    await updateTarget(context, { controllerId: 'b', group: 'mine' });
    await run();
    expect(await assigned()).toEqual(['a', 'b']);
  });

  it('at more than are named, by their ids', async () => {
    await rest();
    const many = Array.from({ length: 1_100 }, (_, n) => grouped(`many${n}`));
    await createTargets(context, { targets: many });
    await run();
    expect(await assigned()).toHaveLength(1_101);
  });

  it('at what it could not look at for want of a database', async () => {
    await rest();
    let away = true;
    const database = new Proxy(platform.database, {
      get: (target, name) => {
        if (away && name === 'transaction') throw new DatabaseUnavailableError('away');
        return Reflect.get(target, name);
      },
    });
    const errors: unknown[] = [];
    run = autoAssigner({ ...platform, database }, (error) => errors.push(error));
    await createTargets(context, { targets: [grouped('c')] });
    await run();
    expect(errors).toHaveLength(1);
    away = false;
    const afterwards = async () => {
      await run();
      return assigned();
    };
    await expect.poll(afterwards, { timeout: 10_000 }).toEqual(['a', 'c']);
  });
});

describe('a pass through all targets', () => {
  it('goes on in another process where it ended, and rests for all of them', async () => {
    await addSilently('passed');
    await platform.database.execute(sql`
      UPDATE auto_assignments SET rests_until = NULL,
        passed_to = (SELECT max(id) FROM targets WHERE tenant_id = ${context.caller.tenantId})
      WHERE ${itself()}`);
    await addSilently('third');
    await run();
    expect(await assigned()).toEqual(['a', 'third']);

    await addSilently('fourth');
    await autoAssigner(platform, () => {})();
    expect(await assigned()).toHaveLength(2);
  });

  it('begins anew after a pause', async () => {
    await rest();
    await addSilently('c');
    await pauseAutoAssignment(context, made);
    await resumeAutoAssignment(context, made);
    await run();
    expect(await assigned()).toEqual(['a', 'c']);
  });
});
