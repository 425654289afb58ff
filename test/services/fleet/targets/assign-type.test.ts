import { afterAll, describe, expect, it } from 'vitest';
import { createTargetTypes } from '../../../../src/services/fleet/target-types/create.ts';
import { deleteTargetType } from '../../../../src/services/fleet/target-types/delete.ts';
import { assignTargetType } from '../../../../src/services/fleet/targets/assign-type.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { findTarget } from '../../../../src/services/fleet/targets/find.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { announced } from '../target-tags/support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

async function fleet(...controllerIds: string[]) {
  const tenant = await newTenant(platform);
  const context = tenant.contextOf();
  await createTargets(context, { targets: controllerIds.map((controllerId) => ({ controllerId })) });
  const { created: targetTypes } = await createTargetTypes(context, { targetTypes: [{ name: 'T' }] });
  return { tenant, context, typeId: targetTypes[0]!.id };
}
const typeOf = async (context: Context, id: string) => (await findTarget(context, id)).targetType?.name;

describe('assignTargetType', () => {
  it('gives named targets a type and takes it away, as a change of those it concerns', async () => {
    const { tenant, context, typeId } = await fleet('a', 'b', 'c');
    const other = tenant.contextOf(undefined, [], 'other');
    await assignTargetType(context, { targetTypeId: typeId, controllerIds: ['a'] });
    expect(await assignTargetType(other, { targetTypeId: typeId, controllerIds: ['a', 'b'] })).toBe(1);
    expect([await typeOf(context, 'a'), await typeOf(context, 'b'), await typeOf(context, 'c')]).toEqual([
      'T',
      'T',
      undefined,
    ]);
    expect((await findTarget(context, 'a')).lastModifiedBy).toBe('tester');
    expect((await findTarget(context, 'b')).lastModifiedBy).toBe('other');
    expect(await assignTargetType(other, { targetTypeId: null, controllerIds: ['a', 'c'] })).toBe(1);
    expect(await typeOf(context, 'a')).toBeUndefined();
  });

  it('does so with all that match; a dry run only counts, and tells nobody', async () => {
    const { context, typeId } = await fleet('a1', 'a2', 'b');
    const { tenantId } = context.caller;
    const input = { targetTypeId: typeId, filter: 'id==A*' };
    const told = (dryRun: boolean) =>
      announced(context, () => assignTargetType(context, { ...input, dryRun }));
    expect(await assignTargetType(context, { ...input, dryRun: true })).toBe(2);
    expect([await told(true), await typeOf(context, 'a1')]).toEqual([[], undefined]);
    expect(await told(false)).toEqual([{ tenantId, controllerIds: ['a1', 'a2'] }]);
    expect([await typeOf(context, 'a2'), await typeOf(context, 'b')]).toEqual(['T', undefined]);
    expect(await assignTargetType(context, { targetTypeId: null, filter: 'type==t' })).toBe(2);
    await deleteTargetType(context, { id: typeId });
  });

  it('refuses an unknown type, that of another tenant, a missing target and what is no choice', async () => {
    const { context, typeId } = await fleet('a');
    const foreign = await fleet('a');
    const refused = (input: object, code: string, ...path: string[]) =>
      expect(assignTargetType(context, input)).rejects.toMatchObject({ code, details: { path } });
    for (const targetTypeId of [foreign.typeId, -1, 999_999_999])
      await refused({ targetTypeId, filter: 'id==*' }, 'TARGET_TYPE_NOT_FOUND', 'targetTypeId');
    await refused(
      { targetTypeId: typeId, controllerIds: ['a', 'x'] },
      'TARGET_NOT_FOUND',
      'controllerIds',
      '1',
    );
    await refused({ targetTypeId: typeId }, 'INVALID_INPUT', 'controllerIds');
    await refused({ filter: 'id==*' }, 'INVALID_INPUT', 'targetTypeId');
    expect(await typeOf(context, 'a')).toBeUndefined();
    expect(await typeOf(foreign.context, 'a')).toBeUndefined();
  });

  it('needs UPDATE_TARGET', async () => {
    const { tenant } = await fleet('a');
    const input = { targetTypeId: null, filter: 'id==*' };
    const others = tenant.contextOf(['CREATE_TARGET', 'READ_TARGET', 'DELETE_TARGET', 'UPDATE_TARGET_TYPE']);
    await expect(assignTargetType(others, input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await assignTargetType(tenant.contextOf(['UPDATE_TARGET']), input)).toBe(0);
  });
});
