import { spawnSync } from 'node:child_process';
import postgres from 'postgres';

/** Runs tests on the Citus whose coordinator `DATABASE_URL` names; says in a line where there is none. */
const url = process.env['DATABASE_URL'];
const nodes = url ? await nodesOf(url) : 0;
if (!nodes) {
  console.log('Left out: the tests on Citus. DATABASE_URL must name a database of its coordinator.');
} else {
  const files = process.argv.slice(2);
  const args = [
    'vitest',
    'run',
    '--maxWorkers=1',
    // Which plans one node chooses is looked at on one node.
    '--exclude=test/services/fleet/targets/plans.test.ts',
    ...(files.length ? files : ['test/conformance', 'test/database/citus', 'test/services']),
  ];
  if (!process.env['MUSTER_TEST_CITUS_NODE'])
    console.log(
      'Left out: adding a worker. MUSTER_TEST_CITUS_NODE must be the host:port of one more node with Citus.',
    );
  const { status } = spawnSync('npx', args, {
    stdio: 'inherit',
    env: { ...process.env, MUSTER_TEST_CITUS: '1' },
  });
  process.exitCode = status ?? 1;
}

async function nodesOf(coordinator: string): Promise<number> {
  const sql = postgres(coordinator, { max: 1, onnotice: () => {} });
  try {
    const [row] = await sql`SELECT to_regclass('pg_dist_node') IS NOT NULL AS there`;
    return row?.['there'] ? (await sql`SELECT 1 FROM pg_dist_node`).length : 0;
  } finally {
    await sql.end();
  }
}
