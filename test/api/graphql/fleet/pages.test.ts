import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Any,
  type Ask,
  codesOf,
  createTargets,
  createType,
  openTestDoor,
  targetIds,
} from '../support.ts';

const door = openTestDoor();

/** A query is interpreted at first and compiled when it comes again. */
const OFTEN = 5;

describe('a page', () => {
  const DATA = `controllerId targetType { key name } tags { name } attributes { key value } metadata { key value }
    autoConfirm { active }`;
  const pageOf = (first: number) => `{ targets(first: ${first}) {
    nodes { ${DATA} } edges { node { ${DATA} } cursor } pageInfo { endCursor } } }`;
  const CREATE = `mutation ($input: CreateTargetTagsInput!) { createTargetTags(input: $input) { userErrors { code } } }`;
  const ASSIGN = `mutation ($input: AssignTargetTagsInput!) { assignTargetTags(input: $input) { affectedCount } }`;
  const NOTE = `mutation ($input: SetTargetMetadataInput!) { setTargetMetadata(input: $input) { affectedCount } }`;
  const TELL = `mutation ($input: SetTargetAttributesInput!) { setTargetAttributes(input: $input) { affectedCount } }`;
  const CONFIRM = `mutation ($input: SetAutoConfirmInput!) { setAutoConfirm(input: $input) { affectedCount } }`;

  it('costs as many statements for 50 targets as for 10 and for one', async () => {
    const ask = door.as();
    const targetTypeId = await createType(ask, 'sensor');
    await createTargets(ask, 50, { targetTypeId });
    for (const id of await targetIds(ask, 'd-001', 'd-010', 'd-050'))
      await ask(TELL, { input: { targets: { ids: [id] }, attributes: [{ key: 'hw', value: 'r2' }] } });
    await ask(CREATE, { input: { targetTags: [{ name: 'x' }, { name: 'y' }] } });
    await ask(ASSIGN, { input: { tags: { names: ['x', 'y'] }, targets: { filter: 'id==*' } } });
    await ask(NOTE, { input: { entries: [{ key: 'site', value: 'Bern' }], targets: { filter: 'id==*' } } });
    await ask(CONFIRM, { input: { active: true, targets: { filter: 'id==*' } } });
    const whole = {
      targetType: { key: 'sensor', name: 'sensor' },
      tags: [{ name: 'x' }, { name: 'y' }],
      attributes: [{ key: 'hw', value: 'r2' }],
      metadata: [{ key: 'site', value: 'Bern' }],
      autoConfirm: { active: true },
    };
    for (const first of [1, 10, 50])
      for (let time = 0; time < OFTEN; time++) {
        const before = door.statements;
        const { nodes } = (await ask(pageOf(first))).data.targets;
        // The page, types, tags, attributes, metadata and auto-confirmation.
        expect(door.statements - before).toBe(6);
        expect(nodes).toHaveLength(first);
        expect(nodes.at(-1)).toMatchObject(whole);
      }
  });
});

describe('a query that comes again', () => {
  let ask: Ask;
  beforeEach(async () => {
    ask = door.as();
    await createTargets(ask, 3, { targetTypeId: await createType(ask, 'sensor') });
  });

  const FRAGMENTS = `query ($id: String!, $n: Int = 2) {
    ...q again: targetByControllerId(controllerId: "none") { name } __typename }
    fragment q on Query { targets(first: $n) { nodes { ...t ... on Target { type: targetType { name ...k } } } } target: targetByControllerId(controllerId: $id) { ...t } }
    fragment t on Target { controllerId tags { name } createdBy __typename }
    fragment k on TargetType { key createdBy }`;
  it.each<[what: string, query: string, variables?: object]>([
    ['with fragments, aliases and variables', FRAGMENTS, { id: 'd-002' }],
    [
      'with parts left out',
      'query ($no: Boolean!) { targets { nodes { ...t @skip(if: $no) ...t name @include(if: $no) } } } fragment t on Target { controllerId }',
      { no: true },
    ],
    ['of the schema', '{ __type(name: "Target") { name fields { name type { kind ofType { name } } } } }'],
    ['with a bad argument', '{ targets(first: 501) { nodes { name } } a: targets { totalCount } }'],
    ['with a cursor that is none', '{ targets(after: "x") { totalCount nodes { name } } }'],
    ['with a missing variable', FRAGMENTS],
    ['with a variable of another type', FRAGMENTS, { id: { a: 1 } }],
    ['without the permission for a part of it', '{ targets { totalCount } tenants { nodes { name } } }'],
  ])('is answered as the first time: %s', async (_, query, variables) => {
    const first = await ask(query, variables);
    for (let time = 1; time < OFTEN; time++) {
      const again = await ask(query, variables);
      expect([again.status, again.text]).toEqual([first.status, first.text]);
    }
  });

  it('is answered by what it asks for this time', async () => {
    const query = `query ($first: Int, $filter: String) {
      targets(first: $first, filter: $filter) { totalCount nodes { controllerId createdAt } } }`;
    const idsOf = async (variables: object) =>
      (await ask(query, variables)).data.targets.nodes.map(({ controllerId }: Any) => controllerId);
    for (let time = 0; time < OFTEN; time++) {
      expect(await idsOf({ first: 2 })).toEqual(['d-001', 'd-002']);
      expect(await idsOf({ filter: 'id==*3' })).toEqual(['d-003']);
      expect(await idsOf({ first: 0 })).toEqual([]);
      expect(codesOf(await ask(query, { filter: 'id==' }))).toEqual(['BAD_USER_INPUT']);
      expect(codesOf(await door.as([])(query))).toEqual(['FORBIDDEN']);
    }
  });

  it('counts as what it costs each time', async () => {
    const query = `query ($n: Int) { targets(first: $n) { ${Array.from({ length: 13 }, (_, i) => `n${i}: nodes { attributes { key value } }`).join(' ')} } }`;
    for (let time = 0; time < OFTEN; time++) {
      expect(codesOf(await ask(query, { n: 10 }))).toEqual([]);
      expect(codesOf(await ask(query, { n: 500 }))).toEqual(['COST_LIMIT_EXCEEDED']);
    }
  });
});
