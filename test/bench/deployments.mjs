/** Devices of the bench with something to do. */
import { AUTHORIZATION, controllerIdOf } from './workloads.mjs';

async function askRest({ url }, path, body) {
  const isForm = body instanceof FormData;
  const response = await fetch(`${url}/rest/v1/${path}`, {
    method: 'POST',
    headers: { Authorization: AUTHORIZATION, ...(!isForm && { 'Content-Type': 'application/json' }) },
    body: isForm ? body : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

/**
 * Makes a distribution set of one module with these files.
 * @param {Record<string, Uint8Array>} [files] by name
 */
export async function createSet(muster, name, files = {}) {
  const [module] = await askRest(muster, 'softwaremodules', [{ name, version: '1', type: 'os' }]);
  for (const [filename, content] of Object.entries(files)) {
    const form = new FormData();
    form.append('file', new Blob([content]), filename);
    await askRest(muster, `softwaremodules/${module.id}/artifacts`, form);
  }
  const [set] = await askRest(muster, 'distributionsets', [
    { name, version: '1', type: 'os', modules: [{ id: module.id }] },
  ]);
  return { setId: set.id, moduleId: module.id };
}

/**
 * Gives the devices of these numbers an action each, as an assignment would; for servers that have met none of them yet.
 * @returns {Promise<number[]>} the ids, in the order of the numbers
 */
export async function assign(client, setId, from, to) {
  const made = await client`
    INSERT INTO actions (tenant_id, target_id, set_id, status, active, force_type, weight, initiated_by,
                         created_at, created_by, last_modified_at, last_modified_by)
    SELECT tenant_id, id, ${setId}, 'running', true, 'forced', 1000, 'bench', now(), 'bench', now(), 'bench'
    FROM targets WHERE tenant_id = 1 AND controller_id BETWEEN ${controllerIdOf(from)} AND ${controllerIdOf(to)}
    ORDER BY controller_id
    RETURNING id`;
  await client`
    INSERT INTO target_deployments (tenant_id, target_id, assigned_set_id)
    SELECT tenant_id, target_id, set_id FROM actions WHERE tenant_id = 1 AND set_id = ${setId}`;
  await begin(client, setId);
  return made.map(({ id }) => Number(id));
}

/** Lets these actions begin anew: nothing but their beginning is in their history. */
export async function begin(client, setId) {
  await client`TRUNCATE action_entries, audit_events CASCADE`;
  await client`
    INSERT INTO action_entries (tenant_id, action_id, status, messages, occurred_at, reported_at)
    SELECT tenant_id, id, 'running', ARRAY['Assignment initiated by user ''bench'''], now(), now() FROM actions
    WHERE tenant_id = 1 AND set_id = ${setId}`;
  await client`
    UPDATE actions SET status = 'running', active = true WHERE tenant_id = 1 AND set_id = ${setId}`;
  await client`
    UPDATE target_deployments SET installed_set_id = NULL WHERE tenant_id = 1 AND assigned_set_id = ${setId}`;
  await client`
    UPDATE targets SET update_status = 'pending', installed_at = NULL FROM actions
    WHERE actions.tenant_id = 1 AND set_id = ${setId} AND targets.tenant_id = 1 AND target_id = targets.id`;
  await client`VACUUM (ANALYZE) actions, action_entries, audit_events, targets, target_deployments`;
}

/** Takes the actions away, as if they had never been. */
export async function unassign(client, setId) {
  await begin(client, setId);
  await client`
    UPDATE targets SET update_status = 'registered' WHERE tenant_id = 1 AND update_status = 'pending'`;
  await client`DELETE FROM target_deployments WHERE tenant_id = 1 AND assigned_set_id = ${setId}`;
  await client`TRUNCATE action_entries`;
  await client`DELETE FROM actions WHERE tenant_id = 1 AND set_id = ${setId}`;
  await client`VACUUM (ANALYZE) actions, targets, target_deployments`;
}
