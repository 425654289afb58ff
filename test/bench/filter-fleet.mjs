/** A fleet with two tags and three attributes each, of which known numbers match known filters, spread evenly. */
const A_STATEMENT = 50_000;
const START = Date.UTC(2025, 0);
const START_TEXT = new Date(START).toISOString();
/** Steps by which every number below a power of ten comes once, in no order that anything else has. */
const BIRDS = 7_368_787;
const MOMENTS = 1_234_567;

/** Ten targets are kestrels, a hundredth are ospreys, half are herons: so many match `name==*heron*`. */
export const birdsOf = (count) => [
  { bird: 'kestrel', matches: 10 },
  { bird: 'osprey', matches: count / 100 },
  { bird: 'heron', matches: count / 2 },
];

/** The moment from which on, or until when, so many seconds lie. */
export const momentOf = (seconds) => START + seconds * 1000;

export async function seedFilterFleet(client, count) {
  await client`
    INSERT INTO target_types (tenant_id, key, name, created_at, created_by, last_modified_at, last_modified_by)
    SELECT 1, 'type-' || n, 'Type ' || n, now(), 'bench', now(), 'bench' FROM generate_series(1, 10) AS n`;
  await client`
    INSERT INTO target_tags (tenant_id, name, created_at, created_by, last_modified_at, last_modified_by)
    SELECT 1, name, now(), 'bench', now(), 'bench'
    FROM unnest(ARRAY['north', 'south', 'pilot'] || ARRAY(SELECT 'site-' || n FROM generate_series(1, 20) AS n)) AS name`;
  const starts = Array.from({ length: Math.ceil(count / A_STATEMENT) }, (_, n) => n * A_STATEMENT + 1);
  const work = async () => {
    for (let from = starts.shift(); from !== undefined; from = starts.shift())
      await insert(client, from, Math.min(from + A_STATEMENT - 1, count), count);
  };
  await Promise.all([work(), work()]);
  await settle(client);
}

/** As autovacuum leaves the tables when all is quiet. */
const settle = (client) =>
  client`VACUUM (ANALYZE) targets, target_polls, target_types, target_attributes, target_tag_assignments, target_tags`;

/** North are all that are a match in `birdsOf`; the pilots are the ospreys and nobody else. */
const insert = (client, from, to, count) => client`
  WITH numbered AS MATERIALIZED (
    SELECT n, n * ${BIRDS}::bigint % ${count}::bigint AS rank, n * ${MOMENTS}::bigint % ${count}::bigint AS moment
    FROM generate_series(${from}::bigint, ${to}::bigint) AS n
  ), classed AS MATERIALIZED (
    SELECT n, moment, 'device-' || lpad(n::text, greatest(7, length(n::text)), '0') AS controller_id,
           CASE WHEN rank < 10 THEN 'kestrel' WHEN rank < 10 + ${count / 100}::bigint THEN 'osprey'
                WHEN rank < 10 + ${count / 100 + count / 2}::bigint THEN 'heron' ELSE 'plover' END AS bird
    FROM numbered
  ), made AS (
    INSERT INTO targets (tenant_id, controller_id, name, description, "group", target_type_id, security_token,
                         request_attributes, update_status, created_at, created_by, last_modified_at, last_modified_by)
    SELECT 1, controller_id, 'Device ' || n || ' ' || bird, 'made by the bench', 'plant/' || n % 50, types.id,
           md5('bench ' || n), true, 'registered', ${START_TEXT}::timestamptz + moment * interval '1 second',
           'bench', now(), 'bench'
    FROM classed LEFT JOIN target_types AS types ON types.tenant_id = 1 AND types.key = 'type-' || n % 20
    ORDER BY n
    RETURNING id, controller_id
  ), whole AS MATERIALIZED (
    SELECT id, n, bird FROM made JOIN classed USING (controller_id) ORDER BY id
  ), polled AS (
    INSERT INTO target_polls (tenant_id, target_id, last_request_at, address)
    SELECT 1, id, now(), 'http://127.0.0.1' FROM whole
  ), tagged AS (
    INSERT INTO target_tag_assignments (tenant_id, target_id, tag_id)
    SELECT 1, whole.id, tags.id FROM whole JOIN target_tags AS tags
      ON tags.tenant_id = 1 AND tags.name IN (
        CASE bird WHEN 'plover' THEN 'south' ELSE 'north' END,
        CASE bird WHEN 'osprey' THEN 'pilot' ELSE 'site-' || n % 20 + 1 END)
  )
  INSERT INTO target_attributes (tenant_id, target_id, key, value)
  SELECT 1, id, key, value FROM whole CROSS JOIN LATERAL
    (VALUES ('bird', bird), ('serial', 'sn-' || n), ('region', 'eu-' || n % 5)) AS attributes(key, value)`;

/** From now on a target was created the later the higher its controllerId. */
export async function alignCreation(client) {
  await client`
    UPDATE targets
    SET created_at = ${START_TEXT}::timestamptz + right(controller_id, 7)::bigint * interval '1 second'
    WHERE tenant_id = 1`;
  await settle(client);
}
