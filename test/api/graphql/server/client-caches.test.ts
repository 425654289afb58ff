import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Ask, createTargets, openTestDoor, targetIds } from '../support.ts';

/* A client that keeps each entity once, by its type and id, as Apollo Client does unless told otherwise. */

const door = openTestDoor();
let ask: Ask;
let client: ApolloClient;
/** How often the server was asked. */
let asked: number;
let ids: string[];

beforeEach(async () => {
  ask = door.as();
  await createTargets(ask, 3, { group: 'old' });
  await ask('mutation { createTargetTags(input: { targetTags: [{ name: "x" }] }) { userErrors { code } } }');
  ids = await targetIds(ask, 'd-001', 'd-002', 'd-003');
  asked = 0;
  const counting: typeof fetch = (...given) => {
    asked++;
    return fetch(...given);
  };
  client = new ApolloClient({
    cache: new InMemoryCache(),
    link: new HttpLink({ uri: door.url, headers: door.authorization(), fetch: counting }),
  });
});

const LIST = gql`query List { targets { totalCount nodes { id name group tags { id name } } } }`;
const EDGES = gql`query Edges { targets(first: 2, orderBy: [{ field: NAME, direction: DESC }]) { edges { node { id name } } } }`;
const ONE = gql`query One($id: ID!) { target(id: $id) { id name group tags { id name } } }`;
const NODE = gql`query AnyNode($id: ID!) { node(id: $id) { id ... on Target { name } } }`;
// biome-ignore lint/suspicious/noExplicitAny: the answers of tests are looked at in any way
type Any = any;

/** What the cache has, without asking the server. */
const seen = (query: Any, variables: object = {}): Any => client.cache.readQuery({ query, variables });
const read = async (query: Any, variables: object = {}): Promise<Any> =>
  (await client.query({ query, variables })).data;
const change = async (mutation: Any, input: object): Promise<Any> =>
  (await client.mutate({ mutation, variables: { input } })).data;

describe('a client with a normalising cache', () => {
  it('sees a changed target change everywhere, and asks no more', async () => {
    const id = ids[2]!;
    await read(LIST);
    await read(EDGES);
    await read(ONE, { id });
    await read(NODE, { id });
    const before = asked;
    await change(
      gql`mutation Rename($input: UpdateTargetInput!) { updateTarget(input: $input) { target { id name } userErrors { code } } }`,
      { id, name: 'renamed' },
    );
    expect(asked - before).toBe(1);
    expect(seen(LIST).targets.nodes.map(({ name }: Any) => name)).toEqual(['d-001', 'd-002', 'renamed']);
    expect(seen(EDGES).targets.edges[0].node.name).toBe('renamed');
    expect(seen(ONE, { id }).target.name).toBe('renamed');
    expect(seen(NODE, { id }).node.name).toBe('renamed');
    expect(asked - before).toBe(1);
  });

  it('sees what a change of many by a filter has done, also where they match no more', async () => {
    await read(LIST);
    await change(
      gql`mutation Group($input: AssignTargetGroupInput!) {
        assignTargetGroup(input: $input) { targets(first: 500) { nodes { id group } } userErrors { code } } }`,
      { group: 'new', targets: { filter: 'group==old and name!=d-002' } },
    );
    expect(seen(LIST).targets.nodes.map(({ group }: Any) => group)).toEqual(['new', 'old', 'new']);
    await change(
      gql`mutation Tag($input: AssignTargetTagsInput!) {
        assignTargetTags(input: $input) { targets(first: 500) { nodes { id tags { id name } } } userErrors { code } } }`,
      { tags: { names: ['x'] }, targets: { ids: [ids[1]] } },
    );
    expect(seen(LIST).targets.nodes.map(({ tags }: Any) => tags.length)).toEqual([0, 1, 0]);
  });

  it('knows what is gone, by its id alone', async () => {
    await read(LIST);
    const { deleteTargets } = await change(
      gql`mutation Delete($input: DeleteTargetsInput!) { deleteTargets(input: $input) { deletedIds userErrors { code } } }`,
      { targets: { filter: 'name=in=(d-001,d-003)' } },
    );
    expect(deleteTargets.deletedIds).toEqual([ids[0], ids[2]]);
    const entities = Object.entries(client.cache.extract() as object).filter(([, { id }]) =>
      deleteTargets.deletedIds.includes(id),
    );
    for (const [key] of entities) client.cache.evict({ id: key });
    client.cache.gc();
    expect(seen(LIST).targets.nodes.map(({ name }: Any) => name)).toEqual(['d-002']);
  });

  it('keeps things of different types apart, even if only their ids are compared', async () => {
    await read(LIST);
    await read(
      gql`query Others { targetTags { nodes { id name } } distributionSetTypes { nodes { id key } } }`,
    );
    const entities = Object.values(client.cache.extract() as Record<string, { id?: string }>);
    const all = entities.flatMap(({ id }) => id ?? []);
    expect(all.length).toBeGreaterThan(4);
    expect(new Set(all).size).toBe(all.length);
  });
});
