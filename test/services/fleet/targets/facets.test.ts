import { sql } from 'drizzle-orm';
import { afterAll, describe, expect, it, test } from 'vitest';
import { createTargetTypes } from '../../../../src/services/fleet/target-types/create.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { countTargetFacets, FACETS } from '../../../../src/services/fleet/targets/facets.ts';
import { listTargets } from '../../../../src/services/fleet/targets/find.ts';
import { setTargetAttributes } from '../../../../src/services/fleet/targets/set-attributes.ts';
import { summarizeFleet } from '../../../../src/services/fleet/targets/summary.ts';
import { updateTarget } from '../../../../src/services/fleet/targets/update.ts';
import { domainErrorOf } from '../../../../src/services/shared/domain-error-of.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { fleet } from '../target-tags/support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);
const tenant = await newTenant(platform);
const { tenantId } = tenant;
const context = tenant.contextOf();

await fleet(context, { a: ['Red *'], b: ['Red *', 'blue'], c: [], d: [] });
const { created: types } = await createTargetTypes(context, {
  targetTypes: [{ name: 'Pump' }, { name: 'Valve' }],
});
for (const [controllerId, group, type, hw] of [
  ['a', 'EU', 0, 'r2'],
  ['b', 'eu', 0, 'R2'],
  ['c', 'us "x"', 1, 'r 3'],
] as const) {
  await updateTarget(context, { controllerId, group, targetTypeId: types[type]!.id });
  await setTargetAttributes(context, {
    controllerIds: [controllerId],
    attributes: [{ key: 'hw', value: hw }],
  });
}
await platform.database.execute(sql`
  /* of a test */ WITH stamp AS (SELECT now() AS at, 'test' AS by),
  types AS (
    INSERT INTO distribution_set_types (tenant_id, key, name, created_at, created_by, last_modified_at, last_modified_by)
    SELECT ${tenantId}::bigint, 'own', 'own', at, by, at, by FROM stamp RETURNING id
  ), sets AS (
    INSERT INTO distribution_sets (tenant_id, type_id, name, version, required_migration_step, created_at, created_by, last_modified_at, last_modified_by)
    SELECT ${tenantId}::bigint, types.id, 'os', v, false, at, by, at, by FROM stamp, types, unnest(ARRAY['1', '2']) AS v RETURNING id, version
  )
  INSERT INTO target_deployments (tenant_id, target_id, installed_set_id)
  SELECT ${tenantId}::bigint, targets.id, sets.id FROM targets, sets
  WHERE targets.tenant_id = ${tenantId} AND (targets.controller_id, sets.version) IN (('a', '1'), ('b', '1'), ('c', '2'))`);

const countsBy = async (by: (typeof FACETS)[number], more: object = {}) =>
  (await countTargetFacets(context, { by, ...(by === 'attribute' && { key: 'hw' }), ...more })).facets;
const shown = (facets: Awaited<ReturnType<typeof countsBy>>) =>
  facets.map(({ value, count }) => [value, count]);

test.each<[(typeof FACETS)[number], [string | null, number][]]>([
  [
    'tag',
    [
      ['Red *', 2],
      [null, 2],
      ['blue', 1],
    ],
  ],
  [
    'type',
    [
      ['Pump', 2],
      ['Valve', 1],
      [null, 1],
    ],
  ],
  [
    'group',
    [
      ['EU', 2],
      ['us "x"', 1],
      [null, 1],
    ],
  ],
  ['updateStatus', [['registered', 4]]],
  [
    'distributionSet',
    [
      ['os', 2],
      ['os', 1],
      [null, 1],
    ],
  ],
  [
    'attribute',
    [
      ['R2', 2],
      ['r 3', 1],
      [null, 1],
    ],
  ],
])('counts targets by %s', async (by, expected) => {
  expect(shown(await countsBy(by))).toEqual(expected);
});

test.each(FACETS)('says of each count by %s the filter that finds as many', async (by) => {
  for (const { filter, count } of await countsBy(by))
    expect(await (await listTargets(context, { filter })).total(), filter).toBe(count);
});

it('counts those that match a filter only, and the first of many', async () => {
  expect(shown(await countsBy('tag', { filter: 'group==eu' }))).toEqual([
    ['Red *', 2],
    ['blue', 1],
  ]);
  const { facets, hasMore } = await countTargetFacets(context, { by: 'group', first: 1 });
  expect([shown(facets), hasMore]).toEqual([[['EU', 2]], true]);
});

it.each([
  [{ by: 'attribute' }, 'key'],
  [{ by: 'tag', key: 'hw' }, 'key'],
  [{ by: 'attribute', key: 'no word' }, 'attribute'],
  [{ by: 'tag', first: 0 }, 'first'],
  [{ by: 'tag', first: 101 }, 'first'],
  [{ by: 'tag', filter: 'x==' }, 'a value'],
] as const)('refuses %j', async (request, reason) => {
  await expect(countTargetFacets(context, request)).rejects.toThrow(reason);
});

it('counts within the scopes of the account only', async () => {
  const by = tenant.contextOf(['READ_TARGET/group==eu', 'READ_DISTRIBUTION_SET/version==2']);
  const counts = async (request: Parameters<typeof countTargetFacets>[1]) =>
    shown((await countTargetFacets(by, request)).facets);
  expect(await counts({ by: 'group' })).toEqual([['EU', 2]]);
  expect(await counts({ by: 'distributionSet' })).toEqual([[null, 2]]);
  const blind = tenant.contextOf(['READ_TARGET']);
  await expect(countTargetFacets(blind, { by: 'distributionSet' })).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
});

describe('the summary', () => {
  it('counts those that match a filter', async () => {
    expect(await summarizeFleet(context, 'group==eu')).toMatchObject({ total: 2, neverSeen: 2 });
    await expect(summarizeFleet(context, 'x==1')).rejects.toMatchObject({ code: 'FILTER_FIELD_UNKNOWN' });
  });

  it('counts what waits for an approval, and is no target yet', async () => {
    await createTargets(context, { targets: [{ controllerId: 'known' }] });
    await platform.database.execute(sql`
      /* of a test */ WITH made AS (
        INSERT INTO enrollment_groups (tenant_id, name, is_default, requires_approval, registrations, allowed_controller_ids, denied_controller_ids, applies_to, attributes, created_at, created_by, last_modified_at, last_modified_by)
        VALUES (${tenantId}, 'g', false, true, 0, '{}', '{}', 'registered', '{}', now(), 'test', now(), 'test') RETURNING id
      )
      INSERT INTO pending_targets (tenant_id, group_id, controller_id, state, first_request_at, last_request_at)
      SELECT ${tenantId}::bigint, made.id, v.name, v.state, now(), now()
      FROM made, (VALUES ('p1', 'pending'), ('p2', 'pending'), ('p3', 'rejected'), ('known', 'pending')) AS v(name, state)`);
    expect((await summarizeFleet(context)).waitingForApproval).toBe(2);
    expect((await summarizeFleet(context, 'name==*')).waitingForApproval).toBe(0);
    const scoped = tenant.contextOf(['READ_TARGET/group==eu']);
    expect((await summarizeFleet(scoped)).waitingForApproval).toBe(0);
  });
});

it('refuses a key that no text of the database can hold, as all that reach it', async () => {
  const refusal = await countsBy('attribute', { key: '\0' }).catch(domainErrorOf);
  expect(refusal).toMatchObject({ code: 'INVALID_INPUT', message: 'a text must hold no U+0000' });
});
