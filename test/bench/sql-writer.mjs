/**
 * The rival of creations: the same rows, straight into the same table, one `INSERT … SELECT FROM unnest` a batch,
 * each committed on its own. Told by messages: `{ connection, connections, rows }` once, then `{ seconds }`.
 */
import { randomBytes } from 'node:crypto';
import { openPool } from '../../dist/database/connect.js';
import { newRows } from './workloads.mjs';

const INSERT = `
  INSERT INTO targets (tenant_id, controller_id, name, description, security_token, request_attributes,
                       update_status, created_at, created_by, last_modified_at, last_modified_by)
  SELECT 1, controller_id, name, description, token, true, 'registered', now(), 'admin', now(), 'admin'
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS rows(controller_id, name, description, token)`;

let options;
let client;

process.on('message', async (message) => {
  if (message.connection) {
    options = message;
    const { connection, connections } = options;
    ({ client } = openPool(connection, { connections, prepare: true, name: 'muster bench' }));
    process.send({ opened: true });
  } else {
    process.send(await run(message.seconds));
  }
});
process.on('disconnect', () => process.exit());

async function run(seconds) {
  let requests = 0;
  const began = performance.now();
  const until = began + seconds * 1000;
  const write = async () => {
    while (performance.now() < until) {
      await client.unsafe(INSERT, listsOf(newRows(options.rows)), { prepare: true });
      requests++;
    }
  };
  await Promise.all(Array.from({ length: options.connections }, write));
  return { requests, seconds: (performance.now() - began) / 1000 };
}

const listsOf = (rows) => [
  list(rows.map((row) => row.controllerId)),
  list(rows.map((row) => row.name)),
  list(rows.map((row) => row.description)),
  list(rows.map(() => randomBytes(16).toString('hex'))),
];

/** As text, because the driver would look at each item; none of these needs an escape. */
const list = (items) => `{"${items.join('","')}"}`;
