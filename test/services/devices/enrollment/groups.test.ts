import { describe, expect, it } from 'vitest';
import type { Permission } from '../../../../src/services/access/grants.ts';
import { createEnrollmentGroup } from '../../../../src/services/devices/enrollment/create.ts';
import { deleteEnrollmentGroup } from '../../../../src/services/devices/enrollment/delete.ts';
import { deleteEnrollmentToken } from '../../../../src/services/devices/enrollment/delete-token.ts';
import {
  countRegistered,
  findEnrollmentGroups,
  findEnrollmentTokens,
  findTagsOfGroups,
} from '../../../../src/services/devices/enrollment/find.ts';
import { listEnrollmentGroups } from '../../../../src/services/devices/enrollment/list.ts';
import { rotateEnrollmentToken } from '../../../../src/services/devices/enrollment/rotate-token.ts';
import { updateEnrollmentGroup } from '../../../../src/services/devices/enrollment/update.ts';
import { createTargetTags } from '../../../../src/services/fleet/target-tags/create.ts';
import { deleteTargetTag } from '../../../../src/services/fleet/target-tags/delete.ts';
import { findTagsOfTargets } from '../../../../src/services/fleet/target-tags/find.ts';
import { createTargetTypes } from '../../../../src/services/fleet/target-types/create.ts';
import { deleteTargetType } from '../../../../src/services/fleet/target-types/delete.ts';
import { findAttributes } from '../../../../src/services/fleet/targets/attributes.ts';
import { findTarget, listTargets } from '../../../../src/services/fleet/targets/find.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { openTwoProcesses } from '../../../support/devices.ts';

const world = await openTwoProcesses();

async function openTenant() {
  const opened = await world.openTenant();
  const { context } = opened;
  const { created: targetTypes } = await createTargetTypes(context, { targetTypes: [{ name: 'sensor' }] });
  const { created: targetTags } = await createTargetTags(context, {
    targetTags: [{ name: 'new' }, { name: 'eu' }],
  });
  return { ...opened, typeId: targetTypes[0]!.id, tagIds: targetTags.map(({ id }) => id) };
}

describe('what a new target gets of its group', () => {
  it('is its type, its group, its tags and its attributes', async () => {
    const { context, ask, newGroup, typeId, tagIds } = await openTenant();
    const { group, shown } = await newGroup({
      targetTypeId: typeId,
      targetGroup: 'halls/1',
      tagIds,
      attributes: [
        { key: 'site', value: 'Ulm' },
        { key: '__proto__', value: 'x' },
      ],
    });
    await ask('a', shown);
    const target = await findTarget(context, 'a');
    expect(target).toMatchObject({
      targetType: { name: 'sensor' },
      group: 'halls/1',
      requestAttributes: true,
      enrollmentGroupId: group.id,
    });
    const tags = await findTagsOfTargets(context, [target.id]);
    expect(tags.get(target.id)!.map(({ name }) => name)).toEqual(['eu', 'new']);
    expect((await findAttributes(context, [target.id])).get(target.id)).toEqual([
      { key: '__proto__', value: 'x' },
      { key: 'site', value: 'Ulm' },
    ]);
    expect(await countRegistered(context, [group.id])).toEqual([1]);
    expect(await (await listTargets(context, { filter: `enrollmentGroup.id==${group.id}` })).total()).toBe(1);
  });

  it('is what the group says when it registers, and not what it says later', async () => {
    const { context, ask, newGroup, typeId, tagIds } = await openTenant();
    const { group, shown } = await newGroup({ targetTypeId: typeId, tagIds });
    await ask('a', shown);
    await updateEnrollmentGroup(context, {
      id: group.id,
      targetTypeId: null,
      tagIds: [],
      targetGroup: 'x',
    });
    await ask('b', shown);
    expect((await findTarget(context, 'a')).targetType).not.toBeNull();
    const target = await findTarget(context, 'b');
    expect(target).toMatchObject({ targetType: null, group: 'x' });
    expect((await findTagsOfTargets(context, [target.id])).get(target.id)).toEqual([]);
  });

  it('keeps a type from being deleted, and a tag not', async () => {
    const { context, ask, newGroup, typeId, tagIds } = await openTenant();
    const { group, shown } = await newGroup({ targetTypeId: typeId, tagIds });
    await expect(deleteTargetType(context, { id: typeId })).rejects.toMatchObject({
      code: 'TARGET_TYPE_IN_USE',
    });
    await deleteTargetTag(context, { id: tagIds[0]! });
    expect((await findTagsOfGroups(context, [group.id]))[0]!.map(({ name }) => name)).toEqual(['eu']);
    await ask('a', shown);
  });
});

describe('an update', () => {
  it('changes what is given, clears what is null and keeps the rest', async () => {
    const { context, newGroup } = await openTenant();
    const { group } = await newGroup({
      description: 'old',
      expiresAt: world.in(60),
      allowedControllerIds: ['a', 'a', 'b*'],
    });
    expect(group.allowedControllerIds).toEqual(['a', 'b*']);
    const after = await updateEnrollmentGroup(context, {
      id: group.id,
      name: 'other',
      allowedControllerIds: undefined,
      expiresAt: null,
    });
    expect(after).toEqual({ ...group, name: 'other', expiresAt: null, lastModifiedAt: world.now() });
  });

  it('takes an empty text for no target group', async () => {
    const { context, newGroup } = await openTenant();
    const { group } = await newGroup({ targetGroup: 'x' });
    const after = await updateEnrollmentGroup(context, { id: group.id, targetGroup: ' ' });
    expect(after.targetGroup).toBeNull();
  });
});

describe('bad input', () => {
  it.each<[string, Parameters<typeof createEnrollmentGroup>[1], string, string[]]>([
    ['no name', { name: ' ' }, 'INVALID_INPUT', ['name']],
    ['a name that is taken', { name: 'taken' }, 'ENROLLMENT_GROUP_ALREADY_EXISTS', ['name']],
    ['a negative limit', { name: 'x', registrationLimit: -1 }, 'INVALID_INPUT', ['registrationLimit']],
    ['a limit of 2³¹', { name: 'x', registrationLimit: 2 ** 31 }, 'INVALID_INPUT', ['registrationLimit']],
    [
      'an empty pattern',
      { name: 'x', deniedControllerIds: [''] },
      'INVALID_INPUT',
      ['deniedControllerIds', '0'],
    ],
    ['an unknown type', { name: 'x', targetTypeId: 0 }, 'TARGET_TYPE_NOT_FOUND', ['targetTypeId']],
    ['an unknown tag', { name: 'x', tagIds: [0] }, 'TARGET_TAG_NOT_FOUND', ['tagIds', '0']],
    [
      'an unknown authority',
      { name: 'x', certificateAuthorityId: 0 },
      'CERTIFICATE_AUTHORITY_NOT_FOUND',
      ['certificateAuthorityId'],
    ],
    [
      'an attribute that no device could have',
      { name: 'x', attributes: [{ key: 'ä', value: '' }] },
      'INVALID_ATTRIBUTES',
      ['attributes', 'ä'],
    ],
    [
      'too many patterns',
      { name: 'x', allowedControllerIds: Array.from({ length: 1_001 }, (_, n) => `d${n}`) },
      'INVALID_INPUT',
      ['allowedControllerIds'],
    ],
  ])('%s is refused', async (_what, input, code, path) => {
    const { context, newGroup } = await openTenant();
    const { group } = await newGroup({ name: 'taken' });
    await expect(createEnrollmentGroup(context, input)).rejects.toMatchObject({ code, details: { path } });
    if (code !== 'ENROLLMENT_GROUP_ALREADY_EXISTS')
      await expect(updateEnrollmentGroup(context, { ...input, id: group.id })).rejects.toMatchObject({
        code,
      });
  });

  it('names what is not there', async () => {
    const { context } = await openTenant();
    for (const id of [0, 2 ** 60, -1]) {
      const missing = { code: 'ENROLLMENT_GROUP_NOT_FOUND' };
      await expect(updateEnrollmentGroup(context, { id })).rejects.toMatchObject(missing);
      await expect(deleteEnrollmentGroup(context, { id })).rejects.toMatchObject(missing);
      await expect(rotateEnrollmentToken(context, { groupId: id })).rejects.toMatchObject(missing);
      await expect(deleteEnrollmentToken(context, { id })).rejects.toMatchObject({
        code: 'ENROLLMENT_TOKEN_NOT_FOUND',
      });
    }
  });
});

describe('who may', () => {
  it("nobody reach another tenant's groups", async () => {
    const { newGroup, context: owner } = await openTenant();
    const { group } = await newGroup();
    const { context } = await openTenant();
    expect(await findEnrollmentGroups(context, [group.id])).toEqual([null]);
    expect(await findEnrollmentTokens(context, [group.id])).toEqual([[]]);
    const missing = { code: 'ENROLLMENT_GROUP_NOT_FOUND' };
    await expect(deleteEnrollmentGroup(context, { id: group.id })).rejects.toMatchObject(missing);
    const [tokens] = await findEnrollmentTokens(owner, [group.id]);
    await expect(deleteEnrollmentToken(context, { id: tokens![0]!.id })).rejects.toMatchObject({
      code: 'ENROLLMENT_TOKEN_NOT_FOUND',
    });
  });

  it.each<[string, Permission | Permission[], (context: Context, id: number) => Promise<unknown>]>([
    ['list', 'READ_TENANT_CONFIGURATION', async (c) => (await listEnrollmentGroups(c, {})).page()],
    ['find', 'READ_TENANT_CONFIGURATION', (c, id) => findEnrollmentGroups(c, [id])],
    [
      'create',
      ['CREATE_TENANT_CONFIGURATION', 'READ_GATEWAY_SECURITY_TOKEN'],
      (c) => createEnrollmentGroup(c, { name: 'new' }),
    ],
    ['update', 'UPDATE_TENANT_CONFIGURATION', (c, id) => updateEnrollmentGroup(c, { id, name: 'new' })],
    [
      'rotate',
      ['UPDATE_TENANT_CONFIGURATION', 'READ_GATEWAY_SECURITY_TOKEN'],
      (c, groupId) => rotateEnrollmentToken(c, { groupId }),
    ],
    [
      'let its tokens speak for all',
      ['UPDATE_TENANT_CONFIGURATION', 'READ_GATEWAY_SECURITY_TOKEN'],
      (c, id) => updateEnrollmentGroup(c, { id, appliesTo: 'all' }),
    ],
    ['delete', 'DELETE_TENANT_CONFIGURATION', (c, id) => deleteEnrollmentGroup(c, { id })],
    [
      'delete a token',
      'DELETE_TENANT_CONFIGURATION',
      (c) =>
        deleteEnrollmentToken(c, { id: 0 }).catch(
          (error) => error.code === 'FORBIDDEN' && Promise.reject(error),
        ),
    ],
  ])('%s needs %s', async (_verb, permissions, call) => {
    const { tenant, newGroup } = await openTenant();
    const { group } = await newGroup();
    const needed = [permissions].flat();
    const all = (['READ', 'CREATE', 'UPDATE', 'DELETE'] as const).map(
      (action) => `${action}_TENANT_CONFIGURATION` as const,
    );
    for (const lacking of needed) {
      const others = [...all, 'READ_GATEWAY_SECURITY_TOKEN' as const].filter((one) => one !== lacking);
      await expect(call(tenant.contextOf(others), group.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    await call(tenant.contextOf(needed), group.id);
  });
});
