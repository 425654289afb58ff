/** The rival of uploads: the rows of the same, straight into the same tables, each upload a transaction of two statements. */
import { randomBytes } from 'node:crypto';
import { serveWriter } from './sql-writing.mjs';
import { controllerIdOf } from './workloads.mjs';

const LOCK = `
  SELECT id FROM targets WHERE tenant_id = 1 AND controller_id = $1 FOR NO KEY UPDATE`;
const TELL = `
  WITH event AS (
    INSERT INTO audit_events (tenant_id, at, actor, actor_kind, channel, address, type, subjects, count, changes)
    VALUES (1, now(), 'bench', 'DEVICE', 'DEVICE_API', '127.0.0.1', 'target.attributes-reported', ARRAY['bench ' || $1::bigint], 1,
            '{}')),
  asked AS (
    UPDATE targets SET request_attributes = false WHERE tenant_id = 1 AND id = $1 AND request_attributes)
  INSERT INTO target_attributes (tenant_id, target_id, key, value)
  VALUES (1, $1, 'hwRevision', '2'), (1, $1, 'region', 'eu-central'), (1, $1, 'build', $2)
  ON CONFLICT (tenant_id, target_id, key) DO UPDATE SET value = excluded.value
  WHERE target_attributes.value <> excluded.value`;

serveWriter((client, { devices }) => {
  let written = 0;
  return () =>
    client.begin(async (tx) => {
      const [{ id }] = await tx.unsafe(LOCK, [controllerIdOf((written++ % devices) + 1)]);
      await tx.unsafe(TELL, [id, randomBytes(8).toString('hex')]);
    });
});
