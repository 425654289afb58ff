/** The same page of the same targets, with type and tags, from Muster and from PostGraphile 5. */
import { isDeepStrictEqual } from 'node:util';
import { measure } from './measure.mjs';
import { startMuster } from './muster.mjs';
import { startPostgraphile } from './postgraphile.mjs';
import { openLoad } from './processes.mjs';
import { printRate, printRatio, printTitle } from './report.mjs';
import { seedTags } from './seed.mjs';
import { AUTHORIZATION } from './workloads.mjs';

const CONNECTIONS = 8;
const FIELDS = 'controllerId name description group createdAt';
const PAGE_INFO = 'pageInfo { hasNextPage endCursor }';
const OF_MUSTER = `{ targets(first: 50) {
  nodes { ${FIELDS} type: targetType { id name } tags { name color } } ${PAGE_INFO} } }`;
const OF_POSTGRAPHILE = `{
  targets: allTargets(first: 50, condition: { tenantId: "1" }, orderBy: [CONTROLLER_ID_ASC]) {
    nodes { ${FIELDS} type { id: rowId name } tags: tagsList(orderBy: [NAME_ASC]) { name color } } ${PAGE_INFO} } }`;

export async function benchPeers({ dataDir, database, effort }) {
  await seedTags(database.client);
  const muster = await startMuster(dataDir);
  const postgraphile = await startPostgraphile(database.connection);
  const pages = [await pageOf(muster, OF_MUSTER), await pageOf(postgraphile, OF_POSTGRAPHILE)];
  if (!isDeepStrictEqual(...pages))
    throw new Error(`the pages differ: ${JSON.stringify(pages.map(([first]) => first))}`);

  const loads = [await openLoadOf(muster, OF_MUSTER), await openLoadOf(postgraphile, OF_POSTGRAPHILE)];
  const [ours, theirs] = await measure(
    [
      { label: `Muster on Node.js ${process.version}`, pid: muster.pid, run: loads[0].run },
      { label: `PostGraphile ${postgraphile.version}`, pid: postgraphile.pid, run: loads[1].run },
    ],
    effort,
  );
  printTitle(`Pages of 50 targets with type and tags per second, ${CONNECTIONS} connections`);
  printRate(ours);
  printRate(theirs);
  printRatio(ours, theirs, 1.4);
  for (const one of [...loads.map(({ close }) => ({ stop: close })), postgraphile, muster]) await one.stop();
}

const openLoadOf = ({ port, url }, query) =>
  openLoad(port, CONNECTIONS, { kind: 'graphql', query, host: new URL(url).host });

/** The answer's targets, times and ids in one spelling. */
async function pageOf({ url }, query) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', Authorization: AUTHORIZATION },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await response.json();
  if (errors || data.targets.nodes.length !== 50)
    throw new Error(`no page: ${JSON.stringify({ data, errors })}`);
  return data.targets.nodes.map((node) => ({
    ...node,
    createdAt: Date.parse(node.createdAt),
    type: node.type && { ...node.type, id: node.type.id.replace('TargetType:', '') },
  }));
}
