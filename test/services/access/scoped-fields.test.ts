import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Entity } from '../../../src/filters/fields.ts';
import { type Grant, PERMISSIONS, type Permission } from '../../../src/services/access/grants.ts';
import { fieldsOf } from '../../../src/services/access/scopes.ts';
import { assignDistributionSet } from '../../../src/services/deployments/assignments/assign.ts';
import { createTargetTags } from '../../../src/services/fleet/target-tags/create.ts';
import { deleteTargetTag } from '../../../src/services/fleet/target-tags/delete.ts';
import { updateTargetTag } from '../../../src/services/fleet/target-tags/update.ts';
import { createTargetTypes } from '../../../src/services/fleet/target-types/create.ts';
import { findTargetType } from '../../../src/services/fleet/target-types/find.ts';
import { updateTargetType } from '../../../src/services/fleet/target-types/update.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { findTarget, listTargets } from '../../../src/services/fleet/targets/find.ts';
import { updateTarget } from '../../../src/services/fleet/targets/update.ts';
import type { Context } from '../../../src/services/shared/context.ts';
import { createDistributionSetTags } from '../../../src/services/software/distribution-set-tags/create.ts';
import { deleteDistributionSetTag } from '../../../src/services/software/distribution-set-tags/delete.ts';
import { updateDistributionSetTag } from '../../../src/services/software/distribution-set-tags/update.ts';
import { createDistributionSetTypes } from '../../../src/services/software/distribution-set-types/create.ts';
import { findDistributionSetType } from '../../../src/services/software/distribution-set-types/find.ts';
import { updateDistributionSetType } from '../../../src/services/software/distribution-set-types/update.ts';
import { updateDistributionSet } from '../../../src/services/software/distribution-sets/update.ts';
import { createSoftwareModuleTypes } from '../../../src/services/software/software-module-types/create.ts';
import { findSoftwareModuleType } from '../../../src/services/software/software-module-types/find.ts';
import { updateSoftwareModuleType } from '../../../src/services/software/software-module-types/update.ts';
import { createSoftwareModules } from '../../../src/services/software/software-modules/create.ts';
import { findSoftwareModule } from '../../../src/services/software/software-modules/find.ts';
import { updateSoftwareModule } from '../../../src/services/software/software-modules/update.ts';
import { newTenant, openTestPlatform, type TestTenant } from '../../support/platform.ts';
import { assign, createSet } from '../deployments/assignments/support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

let tenant: TestTenant;
let admin: Context;
beforeEach(async () => {
  tenant = await newTenant(platform);
  admin = tenant.contextOf();
});

/** Somebody with every permission, but some of them with a scope only. */
const scopedTo = (...grants: Grant[]): Context => {
  const scoped = grants.map((grant) => grant.slice(0, grant.indexOf('/')));
  return tenant.contextOf([...PERMISSIONS.filter((one) => !scoped.includes(one)), ...grants]);
};
const FORBIDDEN = { code: 'FORBIDDEN' };
const namesSeenBy = async (context: Context) =>
  (await (await listTargets(context, {})).page()).items.map(({ controllerId }) => controllerId);

describe('by names that a scope asks for', () => {
  let foreignSet: number;
  beforeEach(async () => {
    await createTargets(admin, { targets: [{ controllerId: 'mine' }, { controllerId: 'foreign' }] });
    await assign(admin, await createSet(admin, 'only-mine'), ['mine']);
    foreignSet = await createSet(admin, 'other');
    await assign(admin, foreignSet, ['foreign']);
  });

  it('nobody reaches others by calling their set as its own is called', async () => {
    const context = scopedTo('READ_TARGET/assignedDs.name==only-mine');
    const renamed = { id: foreignSet, name: 'only-mine', version: '2' };
    await expect(updateDistributionSet(context, renamed)).rejects.toMatchObject(FORBIDDEN);
    expect(await namesSeenBy(context)).toEqual(['mine']);
  });

  it('nor one that nothing has yet, but may be given', async () => {
    const spare = await createSet(admin, 'spare');
    const context = scopedTo('READ_TARGET/assignedDs.name==only-mine');
    const renamed = { id: spare, name: 'only-mine', version: '2' };
    await expect(updateDistributionSet(context, renamed)).rejects.toMatchObject(FORBIDDEN);
  });

  it('nor by taking the name away by which they are kept from it', async () => {
    const context = scopedTo('READ_TARGET/assignedDs.name!=other');
    await expect(updateDistributionSet(context, { id: foreignSet, name: 'x' })).rejects.toMatchObject(
      FORBIDDEN,
    );
    expect(await namesSeenBy(context)).toEqual(['mine']);
  });

  it('nor by a set of its own of that name, or anything else, that it gives to them', async () => {
    const context = scopedTo('READ_TARGET/assignedDs.name==only-mine or group==mine or tag==mine');
    const assigning = {
      distributionSetId: await createSet(context, 'new'),
      assignments: [{ controllerIds: ['foreign'] }],
    };
    const missing = { code: 'TARGET_NOT_FOUND' };
    await expect(assignDistributionSet(context, assigning)).rejects.toMatchObject(missing);
    await expect(updateTarget(context, { controllerId: 'foreign', group: 'mine' })).rejects.toMatchObject(
      missing,
    );
    expect(await namesSeenBy(context)).toEqual(['mine']);
  });

  it('an API key does not get around the scope of its account', async () => {
    const { permissions: account } = scopedTo('READ_TARGET/assignedDs.name==only-mine').caller;
    const key = tenant.contextOf(['UPDATE_DISTRIBUTION_SET', 'READ_DISTRIBUTION_SET']);
    const renamed = { id: foreignSet, name: 'only-mine', version: '2' };
    const context = { ...key, caller: { ...key.caller, kind: 'API_KEY', account } as const };
    await expect(updateDistributionSet(context, renamed)).rejects.toMatchObject(FORBIDDEN);
  });

  it('what no scope asks for changes as ever', async () => {
    const context = scopedTo('READ_TARGET/assignedDs.name==only-mine');
    await updateDistributionSet(context, { id: foreignSet, name: 'other', version: '2', description: 'x' });
    await updateDistributionSet(scopedTo('READ_TARGET/group==x'), { id: foreignSet, name: 'new' });
    expect(await updateDistributionSet(admin, { id: foreignSet, name: 'only-mine' })).toMatchObject({
      name: 'only-mine',
    });
  });
});

it('what one may not read one can neither change nor delete', async () => {
  await createTargets(admin, { targets: [{ controllerId: 'a', group: 'eu' }, { controllerId: 'b' }] });
  const context = scopedTo('READ_TARGET/group==eu');
  await expect(updateTarget(context, { controllerId: 'b' })).rejects.toMatchObject({
    code: 'TARGET_NOT_FOUND',
  });
  await expect(updateTarget(context, { controllerId: 'a', group: 'us' })).rejects.toMatchObject(FORBIDDEN);
  expect(await updateTarget(context, { controllerId: 'a', name: 'new' })).toMatchObject({ name: 'new' });
  expect(await findTarget(admin, 'a')).toMatchObject({ group: 'eu' });
});

/** How a field of something that scopes of other things ask for can change: by verbs, or, `null`, never. */
type Changes = ((context: Context) => Promise<unknown>)[] | null;

/** Makes one of everything. @returns by entity and field how it changes */
async function makeAll(): Promise<Record<string, Changes>> {
  const {
    created: [type],
  } = await createTargetTypes(admin, { targetTypes: [{ name: 'type' }] });
  const {
    created: [tag, other],
  } = await createTargetTags(admin, { targetTags: [{ name: 'tag' }, { name: 'tag 2' }] });
  const setTags = await createDistributionSetTags(admin, {
    distributionSetTags: [{ name: 'tag' }, { name: 'tag 2' }],
  });
  const [setTag, otherSetTag] = setTags.created;
  const setId = await createSet(admin, 'set');
  const deletesTag = (c: Context) => deleteTargetTag(c, { id: other!.id });
  return {
    'targetType.id': null,
    'targetType.key': null,
    'targetType.name': [(c) => updateTargetType(c, { id: type!.id, name: 'new' })],
    'targetTag.id': [deletesTag],
    'targetTag.name': [(c) => updateTargetTag(c, { id: tag!.id, name: 'new' }), deletesTag],
    'distributionSet.name': [(c) => updateDistributionSet(c, { id: setId, name: 'new' })],
    'distributionSet.version': [(c) => updateDistributionSet(c, { id: setId, version: 'new' })],
    'distributionSetTag.name': [
      (c) => updateDistributionSetTag(c, { id: setTag!.id, name: 'new' }),
      (c) => deleteDistributionSetTag(c, { id: otherSetTag!.id }),
    ],
    'distributionSetType.id': null,
    'distributionSetType.key': null,
    'distributionSetType.name': null,
    'softwareModule.id': null,
    'softwareModule.name': null,
    'softwareModuleType.id': null,
    'softwareModuleType.key': null,
    'softwareModuleType.name': null,
    'rollout.id': null,
    'enrollmentGroup.id': null,
  };
}

/** Every field that a scope can ask of another thing, with a permission that takes such a scope. */
const ASKED = PERMISSIONS.filter((permission) => permission.startsWith('READ_')).flatMap((permission) =>
  [...(fieldsOf(permission) ?? [])].flatMap(([name, { field }]) =>
    (field.owners ?? []).map(({ entity, field: told }): [Permission, string, `${Entity}.${string}`] => [
      permission,
      name,
      `${entity}.${told}`,
    ]),
  ),
);

describe.each(ASKED)('a scope of %s by %s', (permission, name, told) => {
  it(`keeps its holder from changing ${told}`, async () => {
    const changes = await makeAll();
    expect(Object.keys(changes), 'say above how it changes, and guard it by requireNoScopeOn').toContain(
      told,
    );
    const filter =
      fieldsOf(permission)!.get(name)!.field.kind === 'integer' ? `${name}!=0` : `${name}=not=null`;
    for (const work of changes[told] ?? []) {
      await expect(work(scopedTo(`${permission}/${filter}`))).rejects.toMatchObject(FORBIDDEN);
      await work(admin);
    }
  });
});

it('what is said to be for good cannot be changed', async () => {
  const types = await createSoftwareModuleTypes(admin, {
    softwareModuleTypes: [{ key: 'k', name: 'n', maxAssignments: 1 }],
  });
  const setTypes = await createDistributionSetTypes(admin, {
    distributionSetTypes: [{ key: 'k', name: 'n' }],
  });
  const modules = await createSoftwareModules(admin, {
    softwareModules: [{ type: 'k', name: 'n', version: '1' }],
  });
  const targetTypes = await createTargetTypes(admin, { targetTypes: [{ key: 'k', name: 'n' }] });
  const other = { key: 'new', name: 'new', description: 'new' };
  const [moduleType, setType, module] = [types.created[0]!, setTypes.created[0]!, modules.created[0]!];
  const targetType = targetTypes.created[0]!;
  await updateSoftwareModuleType(admin, { id: moduleType.id, ...other });
  await updateDistributionSetType(admin, { id: setType.id, ...other });
  await updateSoftwareModule(admin, { id: module.id, ...other });
  await updateTargetType(admin, { id: targetType.id, ...other });
  const kept = { key: 'k', name: 'n', description: 'new' };
  expect(await findSoftwareModuleType(admin, moduleType.id)).toMatchObject(kept);
  expect(await findDistributionSetType(admin, setType.id)).toMatchObject(kept);
  expect(await findSoftwareModule(admin, module.id)).toMatchObject({ name: 'n', description: 'new' });
  expect(await findTargetType(admin, targetType.id)).toMatchObject({ key: 'k', description: 'new' });
});
