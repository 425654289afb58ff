/** The rival of a rollout: the same rows straight into the same tables, each kind by one statement. */
export const GROUPS = 10;

/**
 * @returns the seconds until all targets are in groups, and until the first group runs; the rows of a rollout before it
 *   are taken away first
 */
export async function rawRollout(client, setId) {
  await client`TRUNCATE rollout_targets, target_deployments, actions, action_entries`;
  await client`UPDATE targets SET update_status = 'registered' WHERE update_status = 'pending'`;
  await client`VACUUM (ANALYZE) targets, rollout_targets, target_deployments, actions, action_entries`;
  await client`CHECKPOINT`;
  const [{ first }] = await client`SELECT min(id) AS first FROM rollout_groups`;
  const [{ total }] = await client`SELECT count(*)::int AS total FROM targets`;
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;

  await client`
    INSERT INTO rollout_targets (tenant_id, target_id, rollout_id, group_id)
    SELECT chosen.tenant_id, chosen.id, groups.rollout_id, groups.id
    FROM (SELECT tenant_id, id, row_number() OVER (ORDER BY id) AS n FROM targets WHERE name LIKE 'Device%') AS chosen
    JOIN (SELECT id, rollout_id, row_number() OVER (ORDER BY id) AS n FROM rollout_groups) AS groups
      ON groups.n = (chosen.n - 1) * ${GROUPS} / ${total}::int + 1
    ORDER BY chosen.id`;
  const ready = seconds();
  await client`
    INSERT INTO actions (tenant_id, target_id, set_id, rollout_group_id, status, active, force_type, weight,
                         initiated_by, created_at, created_by, last_modified_at, last_modified_by)
    SELECT tenant_id, target_id, ${setId}, group_id, 'scheduled', false, 'forced', 1000,
           'bench', now(), 'bench', now(), 'bench'
    FROM rollout_targets ORDER BY target_id`;
  await client`
    WITH begun AS (
      UPDATE actions SET active = true, status = 'running', last_modified_at = now()
      WHERE rollout_group_id = ${first} RETURNING tenant_id, id, status)
    INSERT INTO action_entries (tenant_id, action_id, status, messages, occurred_at, reported_at)
    SELECT tenant_id, id, status, ARRAY['begun'], now(), now() FROM begun`;
  await client`
    INSERT INTO target_deployments (tenant_id, target_id, assigned_set_id)
    SELECT tenant_id, target_id, ${setId} FROM rollout_targets WHERE group_id = ${first}`;
  await client`
    UPDATE targets SET update_status = 'pending', last_modified_at = now() FROM rollout_targets AS its
    WHERE its.group_id = ${first} AND its.tenant_id = targets.tenant_id AND its.target_id = targets.id`;
  return { ready, running: seconds() };
}
