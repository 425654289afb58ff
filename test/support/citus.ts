import { readFileSync } from 'node:fs';
import postgres from 'postgres';

/** Whether the tests run on Citus, as `npm run test:citus` has it. */
export const IS_CITUS = process.env['MUSTER_TEST_CITUS'] === '1';

export interface Address {
  host: string;
  port: number;
}

interface Node extends Address {
  groupid: number;
}

/** A node of Citus that is none of the coordinator's yet, for the tests that add one. */
export const FURTHER_NODE = addressOf(process.env['MUSTER_TEST_CITUS_NODE']);

function addressOf(text?: string): Address | undefined {
  const [, host, port] = /^(.+):(\d+)$/.exec(text ?? '') ?? [];
  return host ? { host, port: Number(port) } : undefined;
}

export const nodesOf = (coordinator: string) =>
  onDatabase(
    coordinator,
    (sql) => sql<Node[]>`
      SELECT nodename AS host, nodeport AS port, groupid FROM pg_dist_node ORDER BY groupid`,
  );

export function urlOn({ host, port }: Address, coordinator: string, database?: string): string {
  const url = new URL(database ? withDatabase(coordinator, database) : coordinator);
  url.host = `${host}:${port}`;
  return url.href;
}

function withDatabase(coordinator: string, name: string): string {
  const url = new URL(coordinator);
  url.pathname = `/${name}`;
  return url.href;
}

/** Each node does it by itself. */
const onNode = (url: string, statement: string) =>
  onDatabase(url, async (sql) => {
    await sql.unsafe('SET citus.enable_create_database_propagation = off');
    await sql.unsafe(statement);
  });

/** Makes a database on all nodes of the coordinator that the URL names, and joins them there. */
export async function createCitusDatabase(coordinator: string, name: string): Promise<void> {
  await createPlainDatabase(coordinator, name);
  await spreadOver(coordinator, name);
}

/** Makes a database on the coordinator only, which has nothing of Citus yet. */
export const createPlainDatabase = (coordinator: string, name: string) =>
  onNode(coordinator, `CREATE DATABASE ${name}`);

/** Makes a database of the coordinator one of all nodes, as the manual says. */
export async function spreadOver(coordinator: string, name: string): Promise<void> {
  const nodes = await nodesOf(coordinator);
  for (const node of nodes) await prepareNode(coordinator, name, node);
  const [setCoordinator, addWorker] = manualOf('From nothing');
  await onDatabase(withDatabase(coordinator, name), async (sql) => {
    for (const node of nodes)
      await sql.unsafe(forNode((node.groupid === 0 ? setCoordinator : addWorker) ?? '', node));
  });
}

/** Makes the database on a node, if it isn't there, with the extension: step 2 of the manual. */
export async function prepareNode(coordinator: string, name: string, node: Address): Promise<void> {
  const url = urlOn(node, coordinator, 'postgres');
  const there = await onDatabase(url, (sql) => sql`SELECT 1 FROM pg_database WHERE datname = ${name}`);
  if (!there.length) await onNode(url, `CREATE DATABASE ${name}`);
  await onDatabase(urlOn(node, coordinator, name), (sql) => sql.unsafe('CREATE EXTENSION citus'));
}

/** Drops such a database on all nodes, and on those that the test has added. */
export async function dropCitusDatabase(
  coordinator: string,
  name: string,
  added: readonly Address[] = [],
): Promise<void> {
  for (const node of [...(await nodesOf(coordinator)), ...added])
    await onNode(urlOn(node, coordinator, 'postgres'), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}

/** The statements of a section of docs/scale.md, so that the manual is what the tests do. */
export function manualOf(section: string): string[] {
  const manual = readFileSync('docs/scale.md', 'utf8');
  const text = manual.split(/^##+ /m).find((part) => part.startsWith(`${section}\n`));
  const block = /```sql\n(.*?)```/s.exec(text ?? '')?.[1];
  if (!block) throw new Error(`docs/scale.md has no SQL under "${section}".`);
  return block
    .split(';')
    .map((statement) => statement.trim())
    .filter(Boolean);
}

/** A statement of the manual with another address than its example. */
export function forNode(statement: string, { host, port }: Address): string {
  const changed = statement.replace(/'(coordinator|worker-\d)', 5432/, `'${host}', ${port}`);
  if (changed === statement) throw new Error(`No node is named in: ${statement}`);
  return changed;
}

/** Does work on a connection of its own. */
export async function onDatabase<T>(url: string, work: (sql: postgres.Sql) => PromiseLike<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}
