import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { afterAll, describe, expect, it } from 'vitest';
import { apiKeys } from '../../../src/database/tables/api-keys.ts';
import { autoAssignments } from '../../../src/database/tables/auto-assignments.ts';
import {
  distributionSets,
  distributionSetTags,
  distributionSetTypes,
} from '../../../src/database/tables/distribution-sets.ts';
import { roles } from '../../../src/database/tables/roles.ts';
import { rollouts } from '../../../src/database/tables/rollouts.ts';
import { softwareModules, softwareModuleTypes } from '../../../src/database/tables/software.ts';
import { targetFilters, targetTags } from '../../../src/database/tables/target-data.ts';
import { targetTypes } from '../../../src/database/tables/target-types.ts';
import { users } from '../../../src/database/tables/users.ts';
import { PERMISSIONS } from '../../../src/services/access/grants.ts';
import { createRole } from '../../../src/services/access/roles/create.ts';
import { createAutoAssignment } from '../../../src/services/deployments/auto-assignments/create.ts';
import { createRollout } from '../../../src/services/deployments/rollouts/create.ts';
import { importTargets } from '../../../src/services/fleet/imports/import-targets.ts';
import type { ImportedTarget, RowBatch } from '../../../src/services/fleet/imports/source.ts';
import { createTargetFilter } from '../../../src/services/fleet/target-filters/create.ts';
import { assignTargetGroup } from '../../../src/services/fleet/target-groups/assign.ts';
import { assignTargetTags } from '../../../src/services/fleet/target-tags/assign.ts';
import { createTargetTags } from '../../../src/services/fleet/target-tags/create.ts';
import { createTargetTypes } from '../../../src/services/fleet/target-types/create.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { updateTarget } from '../../../src/services/fleet/targets/update.ts';
import { MOST_TAGS, MOST_TARGET_GROUPS, QUOTAS } from '../../../src/services/platform/quotas.ts';
import { listQuotas, setTenantQuotas } from '../../../src/services/platform/tenants/quotas.ts';
import type { Context } from '../../../src/services/shared/context.ts';
import { assignDistributionSetTag } from '../../../src/services/software/distribution-set-tags/assign.ts';
import { createDistributionSetTags } from '../../../src/services/software/distribution-set-tags/create.ts';
import { createDistributionSetTypes } from '../../../src/services/software/distribution-set-types/create.ts';
import { createDistributionSets } from '../../../src/services/software/distribution-sets/create.ts';
import { createSoftwareModuleTypes } from '../../../src/services/software/software-module-types/create.ts';
import { createSoftwareModules } from '../../../src/services/software/software-modules/create.ts';
import { newTenant, openTestPlatform } from '../../support/platform.ts';
import { createApiKey, createUser } from '../access/by-name.ts';
import { createSet } from '../deployments/assignments/support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);
const newContext = async () => (await newTenant(platform)).contextOf(PERMISSIONS, ['TENANT_ADMIN']);
const FULL = { code: 'QUOTA_EXCEEDED' };

/** Columns whose values differ from row to row. */
const DIFFERENT = ['name', 'key', 'username', 'digest'];
/** What keeps the jobs of other tests' servers from the copies. */
const AT_REST = sql`CASE WHEN status = 'creating' THEN 'finished' ELSE 'paused' END`;

/** Fills a tenant with copies of the one row that it has in a table, until there are so many. */
async function fill(context: Context, table: PgTable, most: number): Promise<void> {
  const { tenantId } = context.caller;
  const columns = Object.values(getTableColumns(table)).filter(({ name }) => name !== 'id');
  const names = columns.map(({ name }) => sql.identifier(name));
  const values: SQL[] = columns.map(({ name }) => {
    if (DIFFERENT.includes(name)) return sql`'filler-' || n`;
    return name === 'status' ? AT_REST : sql`${sql.identifier(name)}`;
  });
  const comma = sql`, `;
  await platform.database.execute(sql`
    /* of a test */ INSERT INTO ${table} (${sql.join(names, comma)})
    SELECT ${sql.join(values, comma)}
    FROM (SELECT * FROM ${table} WHERE tenant_id = ${tenantId} ORDER BY id LIMIT 1) AS first,
      generate_series(1, ${most} - (SELECT count(*)::int FROM ${table} WHERE tenant_id = ${tenantId})) AS n`);
}

type Create = (context: Context, name: string) => Promise<unknown>;
const setOf = (context: Context) => createSet(context, randomUUID());

describe('a tenant has no more than so many', () => {
  const kinds: [table: PgTable, most: number, create: Create][] = [
    [targetTags, 10_000, (context, name) => createTargetTags(context, { targetTags: [{ name }] })],
    [
      distributionSetTags,
      10_000,
      (context, name) => createDistributionSetTags(context, { distributionSetTags: [{ name }] }),
    ],
    [targetTypes, 1_000, (context, name) => createTargetTypes(context, { targetTypes: [{ name }] })],
    [
      distributionSetTypes,
      1_000,
      (context, name) => createDistributionSetTypes(context, { distributionSetTypes: [{ key: name, name }] }),
    ],
    [
      softwareModuleTypes,
      1_000,
      (context, name) =>
        createSoftwareModuleTypes(context, { softwareModuleTypes: [{ key: name, name, maxAssignments: 1 }] }),
    ],
    [
      softwareModules,
      50_000,
      (context, name) =>
        createSoftwareModules(context, { softwareModules: [{ type: 'os', name, version: '1' }] }),
    ],
    [
      distributionSets,
      50_000,
      (context, name) =>
        createDistributionSets(context, {
          distributionSets: [{ type: 'os', name, version: '1', moduleIds: [] }],
        }),
    ],
    [targetFilters, 10_000, (context, name) => createTargetFilter(context, { name, filter: 'name==x' })],
    [roles, 1_000, (context, name) => createRole(context, { name, permissions: [] })],
    [
      users,
      10_000,
      (context, username) => createUser(context, { username, password: 'a long password of a user' }),
    ],
    [
      apiKeys,
      1_000,
      async (context, name) => {
        const { caller } = context;
        await createUser(context, { username: `of-${name}`, password: 'a long password of a user' });
        return createApiKey(
          { ...context, caller: { ...caller, username: `of-${name}` } },
          { name, permissions: ['READ_TARGET'] },
        );
      },
    ],
    [
      autoAssignments,
      1_000,
      async (context, name) =>
        createAutoAssignment(context, { name, filter: 'name==x', distributionSetId: await setOf(context) }),
    ],
    [
      rollouts,
      10_000,
      async (context, name) => {
        await createTargets(context, { targets: [{ controllerId: name }] });
        const filter = `controllerId==${name}`;
        return createRollout(context, {
          name,
          filter,
          distributionSetId: await setOf(context),
          groupCount: 1,
        });
      },
    ],
  ];

  it.each(kinds.map(([table, ...rest]) => [getTableName(table), table, ...rest] as const))(
    '%s',
    async (_name, table, most, create) => {
      const context = await newContext();
      await create(context, 'first');
      await fill(context, table, most - 1);
      await create(context, 'last');
      await expect(create(context, 'beyond')).rejects.toMatchObject(FULL);
    },
  );
});

/** What is bounded elsewhere, or needs no bound. */
const BOUNDED_ELSEWHERE = {
  'artifact.created': 'by its module, and in bytes by its tenant',
  'certificate-authority.created': 'where it is created, to the exact number',
  'enrollment-group.created': 'where it is created, to the exact number',
  'job.created': 'where it begins, to the exact number',
  'pending-target.created': 'where it is created',
  'rollout-group.created': 'by its rollout',
  'target.created': 'by the quota of targets',
  'tenant.created': 'only administrators of the system create tenants',
};

it('of everything that can be created there is a bound', async () => {
  const files = await readdir(new URL('../../../src/services', import.meta.url), { recursive: true });
  const created = new Set<string>();
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const text = await readFile(new URL(`../../../src/services/${file}`, import.meta.url), 'utf8');
    for (const [event] of text.matchAll(/(?<=')[a-z-]+\.created(?=')/g)) created.add(event);
  }
  expect([...created].sort()).toEqual([...Object.keys(QUOTAS), ...Object.keys(BOUNDED_ELSEWHERE)].sort());
});

/** Rows of a file that is imported. */
const rowsOf = (...targets: ImportedTarget[]) =>
  async function* (): AsyncGenerator<RowBatch> {
    yield {
      rows: targets.map((target, index) => ({ line: index + 2, target })),
      end: { bytes: 1, lines: targets.length, digest: '1' },
    };
  };
const tagNames = (count: number, name = 'tag') => Array.from({ length: count }, (_, n) => `${name}-${n}`);
const CSV = { format: 'csv', mode: 'upsert' } as const;

describe('a target has no more than a hundred tags', () => {
  it('by assignment, whether they are named or found by a filter', async () => {
    const context = await newContext();
    await createTargets(context, { targets: [{ controllerId: 'a' }] });
    const names = tagNames(MOST_TAGS + 1);
    await createTargetTags(context, { targetTags: names.map((name) => ({ name })) });
    await assignTargetTags(context, { tagNames: names.slice(1), controllerIds: ['a'] });
    for (const selected of [{ controllerIds: ['a'] }, { filter: 'controllerId==a' }])
      await expect(
        assignTargetTags(context, { tagNames: names.slice(0, 1), ...selected }),
      ).rejects.toMatchObject(FULL);
    await assignTargetTags(context, { tagNames: names.slice(1, 2), controllerIds: ['a'] });
  });

  it('by an import: the row is refused, and others are taken', async () => {
    const context = await newContext();
    const first = await importTargets(
      context,
      CSV,
      rowsOf(
        { controllerId: 'a', tags: tagNames(MOST_TAGS + 1) },
        { controllerId: 'b', tags: tagNames(MOST_TAGS) },
      ),
    );
    expect(first).toMatchObject({ rowsCreated: 1, rowsRefused: 1 });
    const second = await importTargets(
      context,
      CSV,
      rowsOf({ controllerId: 'b', tags: ['another'] }, { controllerId: 'c', tags: ['another'] }),
    );
    expect(second).toMatchObject({ rowsCreated: 1, rowsUpdated: 0, rowsRefused: 1 });
  });
});

it('a distribution set has no more than a hundred tags', async () => {
  const context = await newContext();
  const setIds = [await setOf(context)];
  const names = tagNames(MOST_TAGS + 1);
  const { created } = await createDistributionSetTags(context, {
    distributionSetTags: names.map((name) => ({ name })),
  });
  for (const { id } of created.slice(1)) await assignDistributionSetTag(context, { tagId: id, setIds });
  await expect(assignDistributionSetTag(context, { tagId: created[0]!.id, setIds })).rejects.toMatchObject(
    FULL,
  );
});

it('an import makes no more tags than a tenant may have, and says why it ends', async () => {
  const context = await newContext();
  await createTargetTags(context, { targetTags: [{ name: 'first' }] });
  await fill(context, targetTags, 10_000);
  const importing = importTargets(context, CSV, rowsOf({ controllerId: 'a', tags: ['one', 'more'] }));
  await expect(importing).rejects.toMatchObject({
    ...FULL,
    message: 'No more than 10000 target tags are allowed.',
  });
});

it('targets are in no more than ten thousand groups, by whatever puts them there', async () => {
  const context = await newContext();
  const targets = Array.from({ length: MOST_TARGET_GROUPS }, (_, n) => ({
    controllerId: `d${n}`,
    group: `plant-${n}`,
  }));
  // Two in each, so that no group goes when a target leaves it.
  await createTargets(context, { targets });
  await createTargets(context, {
    targets: targets.map(({ controllerId, group }) => ({ controllerId: `other-${controllerId}`, group })),
  });
  const group = 'another';
  const ways: (() => Promise<unknown>)[] = [
    () => createTargets(context, { targets: [{ controllerId: 'x', group }] }),
    () => assignTargetGroup(context, { group, controllerIds: ['d0'] }),
    () => updateTarget(context, { controllerId: 'd1', group }),
    () => importTargets(context, CSV, rowsOf({ controllerId: 'd2', group })),
    () => importTargets(context, CSV, rowsOf({ controllerId: 'y', group })),
  ];
  for (const way of ways) await expect(way()).rejects.toMatchObject(FULL);
  await createTargets(context, { targets: [{ controllerId: 'x', group: 'PLANT-7' }] });
  await assignTargetGroup(context, { group: 'plant-8', controllerIds: ['x'] });
  const { tenantId } = context.caller;
  const system = (await newTenant(platform)).contextOf(PERMISSIONS, ['SYSTEM_ADMIN']);
  const kind = 'target_groups';
  await setTenantQuotas(system, { tenantId, quotas: [{ kind, limit: MOST_TARGET_GROUPS + 1 }] });
  await assignTargetGroup(context, { group, controllerIds: ['x'] });
  const beyond = assignTargetGroup(context, { group: 'one more', controllerIds: ['x'] });
  await expect(beyond, 'x was the only one of its group').resolves.toBe(1);
  await expect(assignTargetGroup(context, { group, controllerIds: ['d0'] })).rejects.toMatchObject(FULL);
  const shown = (await listQuotas(context)).find((quota) => quota.kind === kind);
  expect(shown).toEqual({ kind, used: null, limit: MOST_TARGET_GROUPS + 1, isDefault: false });
});
