import postgres from 'postgres';

/** Whether the tests run on Citus, as `npm run test:citus` has it. */
export const IS_CITUS = process.env['MUSTER_TEST_CITUS'] === '1';

interface Node {
  host: string;
  port: number;
  groupid: number;
}

const nodesOf = (coordinator: string) =>
  onDatabase(
    coordinator,
    (sql) => sql<Node[]>`
      SELECT nodename AS host, nodeport AS port, groupid FROM pg_dist_node ORDER BY groupid`,
  );

function urlOn({ host, port }: Node, coordinator: string, database?: string): string {
  const url = new URL(coordinator);
  url.host = `${host}:${port}`;
  if (database) url.pathname = `/${database}`;
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
  const nodes = await nodesOf(coordinator);
  for (const node of nodes) {
    await onNode(urlOn(node, coordinator), `CREATE DATABASE ${name}`);
    await onDatabase(urlOn(node, coordinator, name), (sql) => sql.unsafe('CREATE EXTENSION citus'));
  }
  const url = new URL(coordinator);
  url.pathname = `/${name}`;
  await onDatabase(url.href, async (sql) => {
    for (const { host, port, groupid } of nodes)
      await (groupid === 0
        ? sql`SELECT citus_set_coordinator_host(${host}, ${port})`
        : sql`SELECT citus_add_node(${host}, ${port})`);
  });
}

/** Drops such a database on all nodes. */
export async function dropCitusDatabase(coordinator: string, name: string): Promise<void> {
  for (const node of await nodesOf(coordinator))
    await onNode(urlOn(node, coordinator), `DROP DATABASE ${name} WITH (FORCE)`);
}

async function onDatabase<T>(url: string, work: (sql: postgres.Sql) => PromiseLike<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}
