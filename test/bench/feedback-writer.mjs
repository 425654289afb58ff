/**
 * The rival of feedback: the rows of the same messages, straight into the same tables, each message a transaction of as
 * few statements as it takes.
 */
import { serveWriter } from './sql-writing.mjs';
import { feedbackInTurn } from './workloads.mjs';

const LOCK = `
  SELECT targets.id FROM targets JOIN actions ON actions.tenant_id = targets.tenant_id AND target_id = targets.id
  WHERE actions.tenant_id = 1 AND actions.id = $1 FOR NO KEY UPDATE`;
const TELL = `
  WITH entry AS (
    INSERT INTO action_entries (tenant_id, action_id, status, messages, occurred_at, reported_at)
    VALUES (1, $1, $2, ARRAY['the device has reported'], now(), now())),
  event AS (
    INSERT INTO audit_events (tenant_id, at, actor, actor_kind, channel, address, type, subjects, count, changes)
    VALUES (1, now(), 'bench', 'DEVICE', 'DEVICE_API', '127.0.0.1', 'action.reported', ARRAY['bench ' || $1], 1, '{}'))
  UPDATE actions SET status = $2, active = $2 = 'running', last_modified_at = now() WHERE tenant_id = 1 AND id = $1
  RETURNING target_id`;
const INSTALL = `
  WITH has AS (UPDATE target_deployments SET installed_set_id = assigned_set_id WHERE tenant_id = 1 AND target_id = $1)
  UPDATE targets SET update_status = 'in_sync', installed_at = now(), request_attributes = true
  WHERE tenant_id = 1 AND id = $1`;

serveWriter((client, { actionIds }) => {
  const next = feedbackInTurn(actionIds);
  return () => {
    const { actionId, isEnd } = next();
    return client.begin(async (tx) => {
      await tx.unsafe(LOCK, [actionId]);
      const [row] = await tx.unsafe(TELL, [actionId, isEnd ? 'finished' : 'running']);
      if (isEnd) await tx.unsafe(INSTALL, [row.target_id]);
    });
  };
});
