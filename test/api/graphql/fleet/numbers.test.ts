import { describe, expect, it } from 'vitest';
import { fleetHistory } from '../../../../src/database/tables/fleet-history.ts';
import type { Grant } from '../../../../src/services/access/grants.ts';
import { assignTargetGroup } from '../../../../src/services/fleet/target-groups/assign.ts';
import { assignTargetTags } from '../../../../src/services/fleet/target-tags/assign.ts';
import { createTargetTags } from '../../../../src/services/fleet/target-tags/create.ts';
import { setTargetAttributes } from '../../../../src/services/fleet/targets/set-attributes.ts';
import { type Any, codesOf, createTargets, openTestDoor } from '../support.ts';

const door = openTestDoor();
const as = (...grants: Grant[]) => door.asCaller(door.tenant.contextOf(grants));

/** Three targets: two in the group `eu`, one of them with a tag, an attribute and a type. */
async function open() {
  const ask = door.as();
  const context = door.tenant.contextOf();
  await createTargets(ask, 3);
  await createTargetTags(context, { targetTags: [{ name: 'x' }] });
  await assignTargetGroup(context, { controllerIds: ['d-001', 'd-002'], group: 'eu' });
  await assignTargetTags(context, { controllerIds: ['d-001'], tagNames: ['x'] });
  await setTargetAttributes(context, { filter: 'id==d-001', attributes: [{ key: 'hw', value: 'r2' }] });
  return ask;
}

const SCOPED: Grant = 'READ_TARGET/group==eu';
const FACETS =
  'query ($by: TargetFacetInput!, $filter: String, $first: Int) { targetFacets(by: $by, filter: $filter, first: $first) { facets { value version count filter } hasMore } }';
const listOf = ({ data }: Any) => data.targetFacets.facets.map(({ value, count }: Any) => [value, count]);

describe('targetFacets', () => {
  it('counts by each kind, within the filter and the scope, with a filter that finds the same', async () => {
    const ask = await open();
    const rows: [object, unknown[]][] = [
      [
        { by: { kind: 'GROUP' } },
        [
          ['eu', 2],
          [null, 1],
        ],
      ],
      [
        { by: { kind: 'TAG' } },
        [
          [null, 2],
          ['x', 1],
        ],
      ],
      [{ by: { kind: 'TYPE' } }, [[null, 3]]],
      [{ by: { kind: 'DISTRIBUTION_SET' } }, [[null, 3]]],
      [{ by: { kind: 'UPDATE_STATUS' } }, [['registered', 3]]],
      [
        { by: { attribute: 'hw' } },
        [
          [null, 2],
          ['r2', 1],
        ],
      ],
      [{ by: { kind: 'GROUP' }, filter: 'tag==x' }, [['eu', 1]]],
    ];
    for (const [variables, expected] of rows) expect(listOf(await ask(FACETS, variables))).toEqual(expected);
    expect(listOf(await as(SCOPED)(FACETS, { by: { kind: 'GROUP' } }))).toEqual([['eu', 2]]);

    const { data } = await ask(FACETS, { by: { kind: 'GROUP' }, first: 1 });
    expect(data.targetFacets.hasMore).toBe(true);
    const found = await ask('query ($filter: String) { targets(filter: $filter) { totalCount } }', {
      filter: data.targetFacets.facets[0].filter,
    });
    expect(found.data.targets.totalCount).toBe(2);
  });

  it('says what is wrong with what it is asked, and what is not permitted', async () => {
    const ask = await open();
    const wrong = [
      { by: { kind: 'GROUP' }, first: 0 },
      { by: { kind: 'GROUP' }, first: 101 },
      { by: { kind: 'GROUP', attribute: 'hw' } },
      { by: {} },
      { by: { kind: 'GROUP' }, filter: 'nonsense==1' },
    ];
    for (const variables of wrong) {
      const answer = await ask(FACETS, variables);
      expect(codesOf(answer), JSON.stringify(variables)).toEqual(['BAD_USER_INPUT']);
    }
    const refused: [Grant[], object][] = [
      [[], { by: { kind: 'GROUP' } }],
      [['READ_TARGET'], { by: { kind: 'DISTRIBUTION_SET' } }],
      [['READ_TARGET'], { by: { kind: 'GROUP' }, filter: 'assignedDs.version==1' }],
    ];
    for (const [grants, variables] of refused)
      expect(codesOf(await as(...grants)(FACETS, variables)), JSON.stringify(variables)).toEqual([
        'FORBIDDEN',
      ]);
  });
});

it('fleetSummary counts what matches a filter, within the scope, and refuses others', async () => {
  const ask = await open();
  const SUMMARY = 'query ($filter: String) { fleetSummary(filter: $filter) { total registered neverSeen } }';
  const counts = (count: number) => ({ fleetSummary: { total: count, registered: count, neverSeen: count } });
  expect((await ask(SUMMARY, { filter: 'attribute.hw==r2' })).data).toEqual(counts(1));
  expect((await as(SCOPED)(SUMMARY, {})).data).toEqual(counts(2));
  expect((await as(SCOPED)(SUMMARY, { filter: 'id==d-003' })).data).toEqual(counts(0));
  expect(codesOf(await ask(SUMMARY, { filter: 'group==' }))).toEqual(['BAD_USER_INPUT']);
  expect(codesOf(await as('READ_TARGET')(SUMMARY, { filter: 'installedDs.name==a' }))).toEqual(['FORBIDDEN']);
  expect(codesOf(await as('UPDATE_TARGET')(SUMMARY, {}))).toEqual(['FORBIDDEN']);
});

it('fleetHistory adds up what was kept, for those who see all targets', async () => {
  const { tenantId } = door.tenant;
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
  await door.platform.database.insert(fleetHistory).values([
    { tenantId, at: at(0), registered: 1, polls: 10, finished: 1, total: 1 },
    { tenantId, at: at(5), registered: 2, polls: 20, failed: 1, total: 3 },
    { tenantId, at: at(60), registered: 4, polls: 30, total: 7 },
  ]);
  const HISTORY =
    'query ($from: DateTime!, $to: DateTime, $interval: HistoryInterval!) { fleetHistory(from: $from, to: $to, interval: $interval) { registered polls finished failed total } }';
  const hours = { from: at(0), to: at(120), interval: 'HOUR' };
  expect((await door.as()(HISTORY, hours)).data.fleetHistory).toEqual([
    { registered: 3, polls: 30, finished: 1, failed: 1, total: 3 },
    { registered: 4, polls: 30, finished: 0, failed: 0, total: 7 },
  ]);
  const wrong = [
    { ...hours, to: at(-60) },
    { ...hours, from: new Date(Date.UTC(1970, 0, 1)) },
  ];
  for (const variables of wrong)
    expect(codesOf(await door.as()(HISTORY, variables))).toEqual(['BAD_USER_INPUT']);
  expect(codesOf(await as()(HISTORY, hours))).toEqual(['FORBIDDEN']);
  expect(codesOf(await as(SCOPED)(HISTORY, hours))).toEqual(['FORBIDDEN']);
});

it("a target's timeline tells what was done, by name or by filter, of what the caller may see", async () => {
  const ask = await open();
  const TIMELINE =
    'query ($id: String!, $first: Int, $after: String) { target: targetByControllerId(controllerId: $id) { timeline(first: $first, after: $after) { totalCount nodes { type actor filter count } pageInfo { hasNextPage endCursor } } } }';
  const { timeline } = (await ask(TIMELINE, { id: 'd-001', first: 2 })).data.target;
  expect(timeline).toMatchObject({
    totalCount: 4,
    nodes: [
      { type: 'TARGET_ATTRIBUTES_SET', actor: 'tester', filter: 'id==d-001', count: 1 },
      { type: 'TARGET_TAGS_ASSIGNED', filter: null, count: 1 },
    ],
    pageInfo: { hasNextPage: true },
  });
  const next = await ask(TIMELINE, { id: 'd-001', first: 2, after: timeline.pageInfo.endCursor });
  expect(next.data.target.timeline.nodes.map(({ type }: Any) => type)).toEqual([
    'TARGET_GROUP_ASSIGNED',
    'TARGET_CREATED',
  ]);
  // Without READ_AUDIT only that it was created.
  const plain = (await as('READ_TARGET')(TIMELINE, { id: 'd-001' })).data.target.timeline;
  expect(plain.nodes.map(({ type }: Any) => type)).toEqual(['TARGET_CREATED']);
  expect((await as(SCOPED)(TIMELINE, { id: 'd-003' })).data).toEqual({ target: null });
  expect(codesOf(await ask(TIMELINE, { id: 'd-001', first: 501 }))).toEqual(['BAD_USER_INPUT']);
});
