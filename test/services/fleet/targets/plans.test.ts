import { eq, type SQL, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { openPool, type Pool } from '../../../../src/database/connect.ts';
import { targets } from '../../../../src/database/tables/targets.ts';
import { parseFilter } from '../../../../src/filters/parse.ts';
import { keysAtStart, keysOfPage, windowOf } from '../../../../src/services/fleet/targets/keys.ts';
import { matchingTargets } from '../../../../src/services/fleet/targets/matching.ts';
import { TARGET_ORDER } from '../../../../src/services/fleet/targets/order.ts';
import type { Tenant } from '../../../../src/services/platform/tenants/registry.ts';
import { createMigratedDatabase, type OwnDatabase } from '../../../support/database.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

/** Large enough that going through all of them is the worst plan. */
const TARGETS = 20_000;
const START = Date.UTC(2025, 0);
const moment = (n: number) => new Date(START + n * 1000).toISOString();

let own: OwnDatabase;
let pool: Pool;
let tenant: Tenant;

beforeAll(async () => {
  const { platform, close } = await openTestPlatform();
  const { tenantId } = await newTenant(platform);
  tenant = { ...(await platform.tenants.byId(tenantId)), tenantId: 1 };
  await close();
  own = await createMigratedDatabase();
  pool = openPool(own.connection, { connections: 1, prepare: true });
  // Ten targets are `few`, half of them are `half`, and these lie evenly among the others.
  await pool.client.unsafe(`
    INSERT INTO tenants (name, name_key, created_at, created_by) VALUES ('T', 't', now(), 'test');
    INSERT INTO target_types (tenant_id, key, name, created_at, created_by, last_modified_at, last_modified_by)
    SELECT 1, key, key, now(), 'test', now(), 'test' FROM unnest(ARRAY['few', 'half', 'rest']) AS key;
    INSERT INTO target_tags (tenant_id, name, created_at, created_by, last_modified_at, last_modified_by)
    SELECT 1, key, now(), 'test', now(), 'test' FROM target_types;
    CREATE TEMP TABLE made AS
    SELECT n, CASE WHEN n % 2000 = 7 THEN 'few' WHEN n % 2 = 0 THEN 'half' ELSE 'rest' END AS class
    FROM generate_series(1, ${TARGETS}) AS n;
    INSERT INTO targets (tenant_id, controller_id, name, description, "group", target_type_id, security_token,
                         request_attributes, update_status, created_at, created_by, last_modified_at, last_modified_by)
    SELECT 1, 'id-' || lpad(n::text, 6, '0') || '-' || class || '-x', 'Name ' || n || ' ' || class || ' of all',
           'Text ' || class || ' of all', class || '/' || n % 3, types.id, 'token', true, 'registered',
           '${moment(0)}'::timestamptz + n * interval '1 second', 'test', now(), 'test'
    FROM made JOIN target_types AS types ON types.key = made.class ORDER BY n;
    INSERT INTO target_tag_assignments (tenant_id, target_id, tag_id)
    SELECT 1, t.id, tags.id FROM targets AS t JOIN target_types AS types ON types.id = t.target_type_id
    JOIN target_tags AS tags ON tags.name = types.key;
    INSERT INTO target_attributes (tenant_id, target_id, key, value)
    SELECT 1, t.id, a.key, CASE a.key WHEN 'class' THEN types.key ELSE t.id::text END
    FROM targets AS t JOIN target_types AS types ON types.id = t.target_type_id, unnest(ARRAY['class', 'serial']) AS a(key);
    INSERT INTO target_metadata SELECT * FROM target_attributes;
    SELECT gin_clean_pending_list('targets_wildcards_idx');
    ANALYZE /* of a test */`);
  await pool.client.unsafe('VACUUM');
});

afterAll(async () => {
  await pool?.close();
  await own?.drop();
});

const keysBy = (field: keyof typeof TARGET_ORDER) =>
  [...new Set([field, 'controllerId'] as const)].map((name) => ({
    ...TARGET_ORDER[name],
    field: name,
    descending: false,
  }));

/** How PostgreSQL finds the keys of a page: among the first targets of the order, if it does so, and among all. */
async function plansOf(filter: string, field: keyof typeof TARGET_ORDER = 'controllerId') {
  const chosen = await matchingTargets(pool.database, { tenant, now: new Date() }, parseFilter(filter));
  const page = { from: eq(targets.tenantId, 1), chosen, keys: keysBy(field), limit: 51, offset: 0 };
  const atStart = keysAtStart(page);
  return {
    start: atStart && (await explain(atStart)),
    search: await explain(keysOfPage(page, windowOf(page))),
  };
}

async function explain(keys: SQL): Promise<string> {
  const rows = await pool.database.execute(sql`EXPLAIN (COSTS OFF) SELECT ${keys}`);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

test.each([
  ['name=="Name 7 few of all"', 'targets_name_lowered_idx'],
  ['name=="name 77 *"', 'targets_name_lowered_idx'],
  ['controllerid==id-000007-few-x', 'targets_controller_id_lowered_idx'],
  ['name==*few*', 'targets_wildcards_idx'],
  ['controllerid==*few*', 'targets_wildcards_idx'],
  ['description==*few*', 'targets_wildcards_idx'],
  ['name==*few*,controllerid==*few*,description==*few*', 'targets_wildcards_idx'],
  ['group==FEW/1', 'targets_group_lowered_idx'],
  ['group==few*', 'targets_group_lowered_idx'],
  ['attribute.class==few', 'target_attributes_value_idx'],
  ['attribute.Serial==7', 'target_attributes_value_idx'],
  ['metadata.class==few', 'target_metadata_value_idx'],
  ['metadata.serial=in=(7,8)', 'target_metadata_value_idx'],
  ['tag==few', 'target_tag_assignments_tag_idx'],
  ['tag=in=(few,nosuch)', 'target_tag_assignments_tag_idx'],
  ['type==few', 'targets_target_type_idx'],
  ['type.name==few', 'targets_target_type_idx'],
  [`createdat=gt=${moment(TARGETS - 10)}`, 'Index Only Scan using targets_created_at_idx'],
  ['tag==half and attribute.class==few', 'target_attributes_value_idx'],
  ['tag==few and attribute.class==half', 'target_tag_assignments_tag_idx'],
])('few matches are found first: %s', async (filter, index) => {
  const { search } = await plansOf(filter);
  expect(search).toContain(index);
  expect(search).not.toContain('Seq Scan on targets');
  expect(search).not.toContain('targets_controller_id_key');
});

const walks = ['name==*half*', 'group==half*', 'attribute.class==half', 'metadata.class==half', 'tag==half'];
test.each([...walks, 'type==half', 'tag==half and attribute.class==half'])(
  'half of the targets are walked through in their order: %s',
  async (filter) => {
    const { search } = await plansOf(filter);
    expect(search).toContain('targets_controller_id_key');
    expect(search).not.toMatch(/Sort|Gather/);
    expect((await plansOf(filter, 'createdAt')).search).toContain('targets_created_at_idx');
    expect((await plansOf(filter, 'name')).search).toContain('targets_name_idx');
  },
);

test.each([
  ['attribute.class==few', 'Index Only Scan using target_attributes_value_idx'],
  ['tag==few', 'Index Only Scan using target_tag_assignments_tag_idx'],
])('among the first targets those that fit are found as a set: %s', async (filter, index) => {
  const { start } = await plansOf(filter);
  expect(start).toContain('targets_controller_id_key');
  expect(start).toContain(index);
  expect((await plansOf(filter, 'name')).start).toContain('targets_name_idx');
  expect((await plansOf(filter, 'group')).start).toBeUndefined();
  expect((await plansOf(`${filter};name==*x*`)).start).toBeDefined();
});

test.each([
  ['controllerId', 'Index Only Scan using targets_controller_id_key'],
  ['name', 'Index Only Scan using targets_name_idx'],
  ['createdAt', 'Index Only Scan using targets_created_at_idx'],
] as const)(
  'what an offset passes over is read from an index alone, and not sorted: by %s',
  async (field, scan) => {
    const chosen = undefined;
    const plan = await explain(
      keysOfPage(
        { from: eq(targets.tenantId, 1), chosen, keys: keysBy(field) },
        windowOf({ limit: 51, offset: TARGETS / 4 }),
      ),
    );
    expect(plan).toContain(scan);
    expect(plan).not.toContain('Sort');
  },
);

it('joins nothing that the filter does not name', async () => {
  expect((await plansOf('name==*half*')).search).not.toMatch(/target_polls|target_types/);
  expect((await plansOf('address==x')).search).toContain('target_polls');
});
