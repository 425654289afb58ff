/** Fills the tables with targets that `workloads` knows by number, as if their devices had polled before. */
const A_STATEMENT = 50_000;

/**
 * Puts them into one tenant, or in turn into `count` tenants whose ids begin with `first`.
 * @returns the seconds it took, statistics and visibility map included
 */
export async function seed(client, count, tenants = { first: 1, count: 1 }) {
  const began = performance.now();
  await client`
    INSERT INTO target_types (tenant_id, key, name, created_at, created_by, last_modified_at, last_modified_by)
    SELECT 1, 'type-' || n, 'Type ' || n, now(), 'bench', now(), 'bench' FROM generate_series(1, 10) AS n`;
  const starts = Array.from({ length: Math.ceil(count / A_STATEMENT) }, (_, n) => n * A_STATEMENT + 1);
  const work = async () => {
    for (let from = starts.shift(); from !== undefined; from = starts.shift())
      await insert(client, { from, to: Math.min(from + A_STATEMENT - 1, count), tenants });
  };
  await Promise.all([work(), work()]);
  await client`VACUUM (ANALYZE) targets, target_polls, target_types`;
  return (performance.now() - began) / 1000;
}

const insert = (client, { from, to, tenants }) => client`
  WITH made AS (
    INSERT INTO targets (tenant_id, controller_id, name, description, target_type_id, security_token,
                         request_attributes, update_status, created_at, created_by, last_modified_at,
                         last_modified_by)
    SELECT ${tenants.first}::bigint + (n - 1) % ${tenants.count}::int, 'device-' || lpad(n::text, 7, '0'), 'Device ' || n,
           'made by the bench', types.id,
           md5('bench ' || n), true, 'registered', now() - n * interval '1 second', 'bench', now(), 'bench'
    FROM generate_series(${from}::int, ${to}::int) AS n
    LEFT JOIN target_types AS types ON types.tenant_id = 1 AND ${tenants.first}::int = 1 AND types.key = 'type-' || n % 20
    ORDER BY n
    RETURNING tenant_id, id)
  INSERT INTO target_polls (tenant_id, target_id, last_request_at, address)
  SELECT tenant_id, id, now(), 'http://127.0.0.1' FROM made`;

/** Gives every target two of twenty tags. */
export async function seedTags(client) {
  await client`
    INSERT INTO target_tags (tenant_id, name, description, color, created_at, created_by, last_modified_at,
                             last_modified_by)
    SELECT 1, 'tag-' || n, 'Tag ' || n, '#1d7cf2', now(), 'bench', now(), 'bench'
    FROM generate_series(1, 20) AS n`;
  await client`
    INSERT INTO target_tag_assignments (tenant_id, target_id, tag_id)
    SELECT 1, targets.id, tags.id FROM targets
    JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM target_tags WHERE tenant_id = 1) AS tags
      ON tags.n IN (targets.id % 20 + 1, (targets.id + targets.id / 20 % 19 + 1) % 20 + 1)
    WHERE targets.tenant_id = 1`;
  await client`VACUUM (ANALYZE) target_tags, target_tag_assignments`;
}
