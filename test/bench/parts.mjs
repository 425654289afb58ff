/** What signing in, the audit trail and the outbox cost, each beside the same without it. */
import { measure } from './measure.mjs';
import { openChild, openLoad } from './processes.mjs';
import { printRate, printRatio, printTitle } from './report.mjs';
import { controllerIdOf } from './workloads.mjs';

const CONNECTIONS = 8;
const ROWS = 100;
const DEVICES = 1_000;

const open = async (database, without) => {
  const child = openChild('parted.mjs');
  const { port } = await child.ask({ connection: database.connection, without });
  return { child, port, pid: child.pid };
};

const compare = async (title, aim, effort, rivals) => {
  const measured = await measure(rivals, effort);
  printTitle(title);
  for (const result of measured) printRate(result);
  for (const result of measured.slice(1)) printRatio(result, measured[0], aim);
};

export async function benchParts({ database, effort }) {
  const host = 'localhost';
  const paths = Array.from({ length: DEVICES }, (_, n) => `/rest/v1/targets/${controllerIdOf(n + 1)}`);
  const reads = { kind: 'gets', paths, host };
  const creates = { kind: 'restCreates', rows: ROWS, host };
  const [whole, unsigned, unaudited] = [
    await open(database, 'nothing'),
    await open(database, 'signIn'),
    await open(database, 'audit'),
  ];
  const loads = [];
  const rival = async (label, { port, pid }, workload, per) => {
    const load = await openLoad(port, CONNECTIONS, workload);
    loads.push(load);
    return { label, pid, per, run: load.run };
  };

  await compare(`Requests that read a target per second, ${CONNECTIONS} connections`, 0.9, effort, [
    await rival('without signing in', unsigned, reads),
    await rival('signed in', whole, reads),
  ]);
  const title = `Targets created per second, ${ROWS} a request, ${CONNECTIONS} connections`;
  const without = await rival('without the audit trail', unaudited, creates, ROWS);
  const withIt = await rival('with the audit trail', whole, creates, ROWS);
  await compare(title, 0.75, effort, [without, withIt]);
  // Nobody answers there, and nobody delivers: only the outbox is written.
  await database.client`
    INSERT INTO webhooks (tenant_id, name, url, secret, active, failures, created_at, created_by, last_modified_at, last_modified_by)
    VALUES (1, 'bench', 'https://example.invalid', 'whsec_', true, 0, now(), 'bench', now(), 'bench')`;
  await compare(`${title}, a webhook in the tenant`, 0.75, effort, [
    without,
    { ...withIt, label: 'with the audit trail and the outbox' },
  ]);
  await database.client`DELETE FROM webhooks WHERE name = 'bench'`;

  for (const { close } of loads) await close();
  for (const { child } of [whole, unsigned, unaudited]) await child.close();
}
