import { and, eq, sql } from 'drizzle-orm';
import { afterAll, expect, it, test } from 'vitest';
import { openPool } from '../../../../src/database/connect.ts';
import { PLANNED_EACH_TIME } from '../../../../src/database/statement.ts';
import { targetTypes } from '../../../../src/database/tables/target-types.ts';
import { targetPolls, targets } from '../../../../src/database/tables/targets.ts';
import { compileFilter } from '../../../../src/filters/compile.ts';
import { parseFilter } from '../../../../src/filters/parse.ts';
import { assignDistributionSet } from '../../../../src/services/deployments/assignments/assign.ts';
import { createTargetTypes } from '../../../../src/services/fleet/target-types/create.ts';
import { filterMoments, TARGET_FIELDS } from '../../../../src/services/fleet/targets/fields.ts';
import { listTargets } from '../../../../src/services/fleet/targets/find.ts';
import { joinedPolls, joinedTypes } from '../../../../src/services/fleet/targets/target.ts';
import { updateTarget } from '../../../../src/services/fleet/targets/update.ts';
import { createDistributionSets } from '../../../../src/services/software/distribution-sets/create.ts';
import { createSoftwareModules } from '../../../../src/services/software/software-modules/create.ts';
import { testConnection } from '../../../support/database.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { create, fleet } from '../target-tags/support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

const tenant = await newTenant(platform);
const context = tenant.contextOf();
await fleet(context, { none: [], red: ['Red'], blue: ['blue'], both: ['Red', 'blue'], odd: ['a*b', '100%'] });
// More than are looked up.
await create(context, ...Array.from({ length: 120 }, (_, n) => ({ name: `many-${n}` })));
const { created: types } = await createTargetTypes(context, {
  targetTypes: [
    { key: 'gw', name: 'Gateway' },
    { key: 'sensor', name: 'Sensor' },
    { key: 'unused', name: 'Gadget' },
  ],
});
for (const [index, controllerId] of ['red', 'both'].entries())
  await updateTarget(context, { controllerId, targetTypeId: types[index]!.id });

const modules = await createSoftwareModules(context, {
  softwareModules: [{ type: 'os', name: 'm', version: '1' }],
});
const moduleIds = modules.created.map(({ id }) => id);
const { created: sets } = await createDistributionSets(context, {
  distributionSets: [
    { type: 'os', name: 'stable', version: '1', moduleIds },
    { type: 'os', name: 'beta', version: '2', moduleIds },
  ],
});
for (const [index, controllerIds] of [['red', 'both'], ['blue']].entries())
  await assignDistributionSet(context, {
    distributionSetId: sets[index]!.id,
    assignments: [{ controllerIds, forceType: 'soft' }],
    offline: index === 1,
  });

const listed = async (filter: string) =>
  (await (await listTargets(context, { filter, first: 500 })).page()).items.map((t) => t.controllerId);

/** By the filter as it is written, without anything looked up before. */
async function plainly(filter: string) {
  const moments = filterMoments(await platform.tenants.byId(tenant.tenantId), platform.clock());
  const rows = await platform.database
    .select({ controllerId: targets.controllerId })
    .from(targets)
    .leftJoin(targetPolls, joinedPolls)
    .leftJoin(targetTypes, joinedTypes)
    .where(
      and(eq(targets.tenantId, tenant.tenantId), compileFilter(parseFilter(filter), TARGET_FIELDS, moments)),
    )
    .orderBy(targets.controllerId);
  return rows.map(({ controllerId }) => controllerId);
}

test.each([
  ['tag==RED', ['both', 'red']],
  ['tag!=red', ['blue', 'none', 'odd']],
  ['tag==b*', ['blue', 'both']],
  ['tag!=b*', ['none', 'odd', 'red']],
  ['tag=in=(red,BLUE)', ['blue', 'both', 'red']],
  ['tag=out=(red)', ['blue', 'none', 'odd']],
  ['tag=li=10_%', ['odd']],
  ['tag=lt=b', ['odd']],
  ['tag.name==a\\*b', ['odd']],
  ['tags.name=in=(a*b)', ['odd']],
  ['tag==nosuch', []],
  ['tag!=nosuch', ['blue', 'both', 'none', 'odd', 'red']],
  ["tag==''", ['none']],
  ["tag=in=('',red)", ['both', 'none', 'red']],
  ['tag=is=null', ['none']],
  ['tag==*', ['blue', 'both', 'odd', 'red']],
  ['tag!=many*', ['blue', 'both', 'none', 'odd', 'red']],
  ['type==GW', ['red']],
  ['type!=gw', ['blue', 'both', 'none', 'odd']],
  ['type==unused', []],
  ['type!=nosuch', ['blue', 'both', 'none', 'odd', 'red']],
  ['type.name==ga*', ['red']],
  ['targetType.key=gt=gw', ['both']],
  ["type==''", ['blue', 'none', 'odd']],
  ['assignedDs.name==STABLE', ['both', 'red']],
  ['assignedDs.name!=stable', ['blue', 'none', 'odd']],
  ['assignedDistributionSet.name==*', ['blue', 'both', 'red']],
  ['assignedDs.version=in=(1,2)', ['blue', 'both', 'red']],
  ['assignedDs.version=out=(2,3)', ['both', 'none', 'odd', 'red']],
  ['assignedDs.name==nosuch', []],
  ['installedDs.name==stable', []],
  ['installedDs.name==b*', ['blue']],
  ['installedDs.version!=2', ['both', 'none', 'odd', 'red']],
  ['assignedDs.name==stable;assignedDs.version==2', []],
  ['tag==blue;type==sensor', ['both']],
  ['tag==blue,type==gw', ['blue', 'both', 'red']],
  [`${Array(12).fill('tag==red').join(';')};tag==blue`, ['both']],
])('%s', async (filter, expected) => {
  expect(await listed(filter)).toEqual(expected);
  expect(await plainly(filter)).toEqual(expected);
});

it('takes the ids of tags', async () => {
  const [red] = await platform.database.execute<{ id: string }>(
    sql`SELECT id FROM target_tags WHERE tenant_id = ${tenant.tenantId} AND name = 'Red'`,
  );
  expect(await listed(`tag.id==${red!.id}`)).toEqual(['both', 'red']);
  expect(await listed(`tag.id=out=(${red!.id},1)`)).toEqual(['blue', 'none', 'odd']);
  await expect(listed('tag.id==red')).rejects.toMatchObject({ code: 'FILTER_VALUE_INVALID' });
  await expect(listed('tag.id=li=1')).rejects.toMatchObject({ code: 'FILTER_SYNTAX' });
});

it('keeps no plan of a statement with a filter', async () => {
  const pool = openPool(testConnection(), { connections: 1, prepare: true });
  const own = { ...context, database: pool.database };
  for (let n = 0; n < 10; n++) {
    await (await listTargets(own, { filter: `name==n${n}` })).page();
    await (await listTargets(own, {})).page();
  }
  const kept = await pool.client<{ statement: string }[]>`SELECT statement FROM pg_prepared_statements`;
  const statements = kept
    .map(({ statement }) => statement)
    .filter((text) => text.includes('"security_token"'));
  expect(statements).toHaveLength(1);
  expect(statements[0]).not.toContain(PLANNED_EACH_TIME);
  await pool.close();
});
