import { InvalidArgumentError } from 'commander';
import { printText } from '../filters/print.ts';
import { refused, wrongUsage } from './failure.ts';
import { ask, type Server } from './server.ts';

const PAGE = 500;

interface Page<T> {
  nodes: T[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** All items of a list of the API that match, or as many of them as are wanted. */
export async function listOf<T>(
  server: Server,
  list: string,
  fields: string,
  { filter, limit = Number.POSITIVE_INFINITY }: { filter?: string | undefined; limit?: number } = {},
): Promise<T[]> {
  const items: T[] = [];
  for (let after: string | null = null; items.length < limit; ) {
    const page: Page<T> = await ask(
      server,
      `query ($first: Int, $after: String, $filter: String) {
        ${list}(first: $first, after: $after, filter: $filter) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`,
      { first: Math.min(PAGE, limit - items.length), after, filter },
    );
    items.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  return items;
}

/** A name and a version, as people write them: `Boiler:1.2`. */
export interface Versioned {
  name: string;
  version: string;
}

/** @throws Failure */
export function versioned(text: string): Versioned {
  const [, name, version] = /^(.+):([^:]+)$/.exec(text) ?? [];
  if (!name || !version) throw wrongUsage(`${text}: say name and version, for example Boiler:1.2`);
  return { name, version };
}

/** What a list has of that name and version; undefined if nothing. */
export async function findVersion(
  server: Server,
  list: 'softwareModules' | 'distributionSets',
  { name, version }: Versioned,
): Promise<{ id: string } | undefined> {
  const filter = `name==${printText(name)} and version==${printText(version)}`;
  const found = await listOf<Versioned & { id: string }>(server, list, 'id name version', { filter });
  return found.find((one) => one.name === name && one.version === version);
}

/** @throws Failure if there is none */
export async function distributionSetOf(server: Server, text: string): Promise<string> {
  const found = await findVersion(server, 'distributionSets', versioned(text));
  if (!found) throw refused(`there is no distribution set '${text}'`);
  return found.id;
}

/** The global id of a target. @throws Failure if there is none */
export async function targetIdOf(server: Server, controllerId: string): Promise<string> {
  const target = await ask<{ id: string } | null>(
    server,
    'query ($controllerId: String!) { targetByControllerId(controllerId: $controllerId) { id } }',
    { controllerId },
  );
  if (!target) throw refused(`there is no target '${controllerId}'`);
  return target.id;
}

async function targetIdsOf(server: Server, controllerIds: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const controllerId of controllerIds) ids.push(await targetIdOf(server, controllerId));
  return ids;
}

/** Targets by name or by filter, as the API takes them. @throws Failure unless it is one of both */
export async function selectionOf(
  server: Server,
  controllerIds: readonly string[] | undefined,
  filter: string | undefined,
): Promise<{ ids: string[] } | { filter: string }> {
  const named = controllerIds ?? [];
  if (named.length > 0 === (filter !== undefined))
    throw wrongUsage('say which targets: their controllerIds, or a --filter');
  return filter === undefined ? { ids: await targetIdsOf(server, named) } : { filter };
}

export const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('it must be a whole number.');
  return Number(text);
};
