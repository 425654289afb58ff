import postgres from 'postgres';

/** Whether the tests run on Citus, as `npm run test:citus` has it. */
export const IS_CITUS = process.env['MUSTER_TEST_CITUS'] === '1';

/** Makes a database on all nodes of the coordinator that the URL names, and joins them there. */
export async function createCitusDatabase(coordinator: string, name: string): Promise<void> {
  const nodes = await onDatabase(
    coordinator,
    (sql) => sql<{ host: string; port: number; groupid: number }[]>`
      SELECT nodename AS host, nodeport AS port, groupid FROM pg_dist_node ORDER BY groupid`,
  );
  for (const { host, port } of nodes) {
    const url = new URL(coordinator);
    url.host = `${host}:${port}`;
    await onDatabase(url.href, async (sql) => {
      await sql.unsafe('SET citus.enable_create_database_propagation = off');
      await sql.unsafe(`CREATE DATABASE ${name}`);
    });
    url.pathname = `/${name}`;
    await onDatabase(url.href, (sql) => sql.unsafe('CREATE EXTENSION citus'));
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

async function onDatabase<T>(url: string, work: (sql: postgres.Sql) => PromiseLike<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}
