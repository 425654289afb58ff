/**
 * The rival of creations: the same rows, straight into the same table, one `INSERT … SELECT FROM unnest` a batch,
 * each committed on its own.
 */
import { randomBytes } from 'node:crypto';
import { serveWriter } from './sql-writing.mjs';
import { newRows } from './workloads.mjs';

const INSERT = `
  INSERT INTO targets (tenant_id, controller_id, name, description, security_token, request_attributes,
                       update_status, created_at, created_by, last_modified_at, last_modified_by)
  SELECT 1, controller_id, name, description, token, true, 'registered', now(), 'admin', now(), 'admin'
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS rows(controller_id, name, description, token)`;

serveWriter(
  (client, { rows }) =>
    () =>
      client.unsafe(INSERT, listsOf(newRows(rows)), { prepare: true }),
);

const listsOf = (rows) => [
  list(rows.map((row) => row.controllerId)),
  list(rows.map((row) => row.name)),
  list(rows.map((row) => row.description)),
  list(rows.map(() => randomBytes(16).toString('hex'))),
];

/** As text, because the driver would look at each item; none of these needs an escape. */
const list = (items) => `{"${items.join('","')}"}`;
