import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Entity } from '../../../../src/filters/fields.ts';
import { PERMISSIONS, type Permission } from '../../../../src/services/access/grants.ts';
import { listActions } from '../../../../src/services/deployments/actions/list.ts';
import { assignDistributionSet } from '../../../../src/services/deployments/assignments/assign.ts';
import { listAutoAssignments } from '../../../../src/services/deployments/auto-assignments/list.ts';
import { listRollouts } from '../../../../src/services/deployments/rollouts/list.ts';
import { listPendingTargets } from '../../../../src/services/devices/pending-targets/list.ts';
import { addCompatibleSetTypes } from '../../../../src/services/fleet/target-types/compatible-set-types.ts';
import { listTargetTypes } from '../../../../src/services/fleet/target-types/list.ts';
import { listTargets } from '../../../../src/services/fleet/targets/find.ts';
import { updateTarget } from '../../../../src/services/fleet/targets/update.ts';
import { type LiveContext, openLive } from '../../../../src/services/platform/live/live.ts';
import { watchActions } from '../../../../src/services/platform/live/watch-actions.ts';
import { watchTargets } from '../../../../src/services/platform/live/watch-targets.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import type { PageRequest } from '../../../../src/services/shared/page.ts';
import { listDistributionSetTypes } from '../../../../src/services/software/distribution-set-types/list.ts';
import { createDistributionSets } from '../../../../src/services/software/distribution-sets/create.ts';
import { listDistributionSets } from '../../../../src/services/software/distribution-sets/list.ts';
import { listSoftwareModules } from '../../../../src/services/software/software-modules/list.ts';
import { openTestPlatform } from '../../../support/platform.ts';
import { DOORS } from './doors.ts';
import { ENTITY_OF_TABLE, entitiesToldBy, FIELD_SETS } from './fields.ts';
import { makeFleet } from './fleet.ts';

const { platform, close } = await openTestPlatform();
const logged: unknown[] = [];
const live = openLive(platform, (error) => logged.push(error));
afterAll(async () => {
  live.close();
  await close();
  expect(logged).toEqual([]);
});

let fleet: Awaited<ReturnType<typeof makeFleet>>;
beforeAll(async () => {
  fleet = await makeFleet(platform);
});

/** Who may do everything, but for one permission, which it has not at all, or with a scope. */
function callerWith(permission?: Permission, scope?: string): LiveContext {
  const context = fleet.tenant.contextOf();
  const grants = new Map<Permission, readonly string[] | null>(PERMISSIONS.map((one) => [one, null]));
  if (permission && scope === undefined) grants.delete(permission);
  else if (permission) grants.set(permission, [scope!]);
  return { ...context, live, caller: { ...context.caller, permissions: grants } };
}

/** By what each is read, and whether scopes can be about it; tags are told with what has them. */
const READ_BY: Partial<Record<Entity, { permission: Permission; takesScope: boolean }>> = {
  targetType: { permission: 'READ_TARGET_TYPE', takesScope: true },
  distributionSet: { permission: 'READ_DISTRIBUTION_SET', takesScope: true },
  distributionSetType: { permission: 'READ_DISTRIBUTION_SET_TYPE', takesScope: true },
  softwareModule: { permission: 'READ_SOFTWARE_MODULE', takesScope: true },
  softwareModuleType: { permission: 'READ_SOFTWARE_MODULE_TYPE', takesScope: true },
  rollout: { permission: 'READ_ROLLOUT', takesScope: false },
  rolloutGroup: { permission: 'READ_ROLLOUT', takesScope: false },
  enrollmentGroup: { permission: 'READ_TENANT_CONFIGURATION', takesScope: false },
};

/** What a filter finds: the side of each thing. */
const LISTS: Record<string, (context: Context, request: PageRequest<never>) => Promise<string[]>> = {
  targets: async (c, request) => (await itemsOf(listTargets(c, request))).map((one) => one.controllerId),
  actions: async (c, request) =>
    (await itemsOf(listActions(c, request))).map((one) => one.target.controllerId),
  rollouts: async (c, request) => (await itemsOf(listRollouts(c, request))).map(({ name }) => name),
  autoAssignments: async (c, request) =>
    (await itemsOf(listAutoAssignments(c, request))).map(({ name }) => name),
  distributionSets: async (c, request) =>
    (await itemsOf(listDistributionSets(c, request))).map(({ name }) => name),
  softwareModules: async (c, request) =>
    (await itemsOf(listSoftwareModules(c, request))).map(({ name }) => name),
  pendingTargets: async (c, request) =>
    (await itemsOf(listPendingTargets(c, request))).map((one) => one.controllerId),
};
const itemsOf = async <T>(listing: Promise<{ page(): Promise<{ items: T[] }> }>): Promise<T[]> =>
  (await (await listing).page()).items;

describe.each(Object.entries(FIELD_SETS))('a filter of %s', (kind, { fields, own }) => {
  const owned = [...fields].filter(([, { field }]) => field.owners?.some(({ entity }) => READ_BY[entity]));
  const find = LISTS[kind]!;

  it('says of each field of what it tells', () => {
    for (const [name, { field }] of fields) {
      // What is worked out of others, to yes or no, names none of them.
      if (field.kind === 'boolean') continue;
      const ownEntities = own.map((table) => ENTITY_OF_TABLE[table]);
      const told = [...entitiesToldBy(field)].filter((entity) => !ownEntities.includes(entity));
      const said = (field.owners ?? []).map(({ entity }) => entity);
      expect(said, `${name} in ${kind}: give it \`owners\``).toEqual(expect.arrayContaining(told));
    }
  });

  const cases = owned.flatMap(([name, { field }]) =>
    field.owners!.flatMap(({ entity }) => (READ_BY[entity] ? [{ name, ...READ_BY[entity] }] : [])),
  );
  it.each(cases)('cannot ask for $name without $permission', async ({ name, permission }) => {
    for (const filter of [`${name}=not=null`, `id==x or (id==y and ${name.toUpperCase()}=is=null)`])
      await expect(find(callerWith(permission), { filter })).rejects.toMatchObject({
        code: 'FORBIDDEN',
        message: expect.stringContaining(permission),
      });
  });

  it.each(cases.filter(({ takesScope }) => takesScope))(
    'finds by $name only what $permission reaches',
    async ({ name, permission }) => {
      const scoped = callerWith(permission, 'name==inner');
      expect(await find(callerWith(), { filter: `${name}=not=null` }), 'all').toContain('outer');
      expect(await find(scoped, { filter: `${name}=not=null` }), 'within').toContain('inner');
      expect(await find(scoped, { filter: `${name}=not=null` }), 'beyond').not.toContain('outer');
      expect(await find(scoped, { filter: `${name}=is=null` }), 'as if it were not there').toContain('outer');
    },
  );
});

describe('a sort', () => {
  const SORTED: [string, string, Permission][] = [
    ['targets', 'targetType', 'READ_TARGET_TYPE'],
    ['distributionSets', 'type', 'READ_DISTRIBUTION_SET_TYPE'],
    ['softwareModules', 'type', 'READ_SOFTWARE_MODULE_TYPE'],
  ];
  const by = (field: string) => ({ orderBy: [{ field: field as never, direction: 'asc' as const }] });

  it.each(SORTED)('of %s by %s needs %s', async (kind, field, permission) => {
    await expect(LISTS[kind]!(callerWith(permission), by(field))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it.each(SORTED)('of %s by %s takes what %s does not reach for none', async (kind, field, permission) => {
    // By key and name 'outer' comes after 'inner', but 'alpha' before both.
    const scoped = callerWith(permission, 'name==outer');
    const found = await LISTS[kind]!(scoped, by(field));
    expect(found.indexOf('outer')).toBeLessThan(found.indexOf('inner'));
    expect(found.indexOf('outer')).toBeLessThan(found.indexOf('alpha'));
  });
});

describe('every way in which a filter can be given', () => {
  it.each(DOORS)('$name needs $permission', async ({ permission, give }) => {
    await expect(give(callerWith(permission), fleet)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining(permission),
    });
  });

  it.each(DOORS.filter(({ isKept }) => isKept))('$name needs all of $permission', async (door) => {
    const scoped = callerWith(door.permission, 'name==inner');
    await expect(door.give(scoped, fleet)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('goes through what knows who asks', () => {
    const folder = new URL('../../../../src/services/', import.meta.url);
    const calls = /\b(?:compileFilter|compileExpression|matchingTargets)\(/;
    const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && calls.test(readFileSync(new URL(file, folder), 'utf8')),
    );
    expect(found.sort(), 'ask by askedFilter or askedTargets, or say here why not').toEqual(UNASKED);
  });
});

describe('a watcher', () => {
  const scoped = () => callerWith('READ_DISTRIBUTION_SET', 'name==inner');
  const touch = (controllerId: string) =>
    updateTarget(callerWith(), { controllerId, description: randomUUID() });

  it('of targets is told only of those whose sets it may read', async () => {
    const filter = 'assignedDs.name==*';
    const [some, all] = [watchTargets(scoped(), { filter }), watchTargets(callerWith(), { filter })];
    for (const feed of [some, all]) expect((await feed.next()).value).toMatchObject({ type: 'resync' });
    await touch('outer');
    await touch('inner');
    expect((await some.next()).value).toMatchObject({ type: 'updated', controllerId: 'inner' });
    expect((await all.next()).value).toMatchObject({ type: 'updated', controllerId: 'outer' });
    for (const feed of [some, all]) await feed.return?.();
  });

  it('of actions is told only of those whose sets it may read', async () => {
    const feed = watchActions(scoped(), { filter: 'ds.version==2' });
    expect((await feed.next()).value).toMatchObject({ type: 'resync' });
    const admin = callerWith();
    const { items } = await (await listDistributionSets(admin, { filter: 'version==2' })).page();
    const assignTo = async (controllerId: string) => {
      const { id } = items.find(({ name }) => name === controllerId)!;
      const assignments = [{ controllerIds: [controllerId] }];
      return (await assignDistributionSet(admin, { distributionSetId: id, assignments })).actions[0]!.id;
    };
    await assignTo('outer');
    const wanted = await assignTo('inner');
    const heard: number[] = [];
    while (heard.at(-1) !== wanted) heard.push((await feed.next()).value.actionId);
    await feed.return?.();
    const found = await (await listActions(admin, { filter: `id=in=(${heard.join(',')})` })).page();
    expect(new Set(found.items.map(({ target }) => target.controllerId))).toEqual(new Set(['inner']));
  });

  it.each([
    ['targets', (c: LiveContext) => watchTargets(c, { filter: 'assignedDs.version==1' })],
    ['actions', (c: LiveContext) => watchActions(c, { filter: 'ds.version==1' })],
  ])('of %s ends when the caller loses what its filter asks', async (_, watch) => {
    const context = callerWith();
    const feed = watch(context);
    await feed.next();
    context.caller = callerWith('READ_DISTRIBUTION_SET').caller;
    live.recheck(fleet.tenant.tenantId);
    await expect(feed.next()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('of targets begins anew when it sees other sets', async () => {
    const context = callerWith();
    const feed = watchTargets(context, { filter: 'assignedDs.name==*' });
    await feed.next();
    context.caller = scoped().caller;
    live.recheck(fleet.tenant.tenantId);
    expect((await feed.next()).value).toMatchObject({ type: 'resync' });
    await touch('outer');
    await touch('inner');
    expect((await feed.next()).value).toMatchObject({ type: 'updated', controllerId: 'inner' });
    await feed.return?.();
  });
});

describe('an error', () => {
  it('names types only to who may read them', async () => {
    const { setId } = fleet;
    const assigning = { distributionSetId: setId, assignments: [{ controllerIds: ['alpha'] }] };
    const [type] = (await (await listTargetTypes(callerWith(), { filter: 'name==alpha' })).page()).items;
    const [setType] = (await (await listDistributionSetTypes(callerWith(), { filter: 'name==alpha' })).page())
      .items;
    await addCompatibleSetTypes(callerWith(), { id: type!.id, setTypeIds: [setType!.id] });
    const messageTo = (context: Context) =>
      assignDistributionSet(context, assigning).catch((error: Error) => error.message);
    expect(await messageTo(callerWith())).toMatch(/'alpha'.*'alpha'.*'inner'/);
    for (const permission of ['READ_TARGET_TYPE', 'READ_DISTRIBUTION_SET_TYPE'] as const)
      expect(await messageTo(callerWith(permission, 'name==nothing'))).toBe(
        "The type of the target 'alpha' does not take the distribution set.",
      );
  });

  it('names types of software only to who may read them', async () => {
    const [module] = (await (await listSoftwareModules(callerWith(), { filter: 'name==outer' })).page())
      .items;
    const row = { type: 'inner', name: 'new', version: '1', moduleIds: [module!.id] };
    const messageTo = async (context: Context) =>
      (await createDistributionSets(context, { distributionSets: [row] })).faults[0]!.message;
    expect(await messageTo(callerWith())).toMatch(/'inner'.*'outer'/);
    for (const permission of ['READ_SOFTWARE_MODULE_TYPE', 'READ_DISTRIBUTION_SET_TYPE'] as const)
      expect(await messageTo(callerWith(permission, 'name==nothing'))).not.toMatch(/inner|outer/);
  });
});

/** What compiles filters itself: those of scopes, of the server, and of what checks and narrows before. */
const UNASKED = [
  'access/readable-fields.ts',
  'access/scopes.ts',
  'deployments/assignments/compatibility.ts',
  'deployments/assignments/newest-compatible.ts',
  'deployments/auto-assignments/assign-next.ts',
  'deployments/rollouts/handle.ts',
  'deployments/rollouts/matching.ts',
  'deployments/rollouts/visible.ts',
  'fleet/targets/fields.ts',
  'fleet/targets/matching.ts',
  'platform/live/event-watchers.ts',
  'platform/live/match.ts',
];
