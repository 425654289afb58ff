import { expect, it } from 'vitest';
import { faultsOf } from './statement-faults.ts';
import { parsed, tablesWithoutTenant } from './tenant-in-statement.ts';

it.each([
  'SELECT * FROM targets WHERE tenant_id = $1',
  'SELECT * FROM targets AS t JOIN target_polls AS p ON p.tenant_id = t.tenant_id WHERE t.tenant_id = $1::bigint',
  'SELECT * FROM targets WHERE tenant_id = 7 AND EXISTS (SELECT 1 FROM actions WHERE tenant_id = $1)',
  'SELECT * FROM targets LEFT JOIN (SELECT id FROM target_types WHERE (tenant_id, key) = ($1, $2)) AS t ON TRUE WHERE tenant_id = $1',
  'WITH actions AS (SELECT 1) SELECT * FROM actions',
  'SELECT 1 FROM tenants WHERE name_key = $1',
  'INSERT INTO targets (id, tenant_id) VALUES (1, $1), (2, $1)',
  'INSERT INTO targets (tenant_id, id) SELECT $1::bigint, id FROM unnest($2::bigint[]) AS new(id)',
  'UPDATE targets SET name = $1 FROM unnest($2::bigint[]) AS new(id) WHERE targets.id = new.id AND targets.tenant_id = $3',
  'DELETE FROM targets USING actions WHERE actions.tenant_id = targets.tenant_id AND actions.tenant_id = $1',
])('takes a statement that names the tenant: %s', (text) => {
  expect(tablesWithoutTenant(parsed(text))).toEqual([]);
});

it.each([
  ['SELECT * FROM targets', ['targets']],
  ['SELECT * FROM targets WHERE tenant_id = $1 OR id = $2', ['targets']],
  [
    'SELECT 1 FROM enrollment_group_tags WHERE "tenant_id" = "tenant_id" AND group_id = $1',
    ['enrollment_group_tags'],
  ],
  ['SELECT * FROM targets JOIN target_polls USING (tenant_id)', ['targets', 'target_polls']],
  [
    'SELECT * FROM targets WHERE tenant_id = $1 AND EXISTS (SELECT 1 FROM actions WHERE actions.tenant_id = targets.tenant_id)',
    ['actions'],
  ],
  [
    'SELECT (SELECT count(*) FROM roles WHERE roles.tenant_id = users.tenant_id) FROM users WHERE users.tenant_id = $1',
    ['roles'],
  ],
  ['SELECT 1 FROM targets WHERE tenant_id = $1 UNION ALL SELECT 1 FROM actions', ['actions']],
  ['WITH old AS (DELETE FROM jobs RETURNING 1) SELECT * FROM old', ['jobs']],
  [
    'INSERT INTO targets (tenant_id, id) SELECT tenant_id, id FROM unnest($1::bigint[], $2::bigint[]) AS new(tenant_id, id)',
    ['targets'],
  ],
  ['INSERT INTO targets (id) VALUES ($1)', ['targets']],
  [
    'UPDATE targets SET name = $1 FROM actions WHERE targets.tenant_id = actions.tenant_id',
    ['targets', 'actions'],
  ],
])('names the tables without tenant in: %s', (text, tables) => {
  expect(tablesWithoutTenant(parsed(text))).toEqual(tables);
});

it.each([
  ['SELECT * FROM targets', 2],
  ['SELECT name FROM targets WHERE tenant_id = $1', 1],
  ['SELECT name FROM targets WHERE tenant_id = $1 LIMIT 10', 0],
  ['SELECT name FROM targets WHERE tenant_id = $1 AND name = ANY($2::text[])', 0],
  ['SELECT max(id) FROM targets WHERE tenant_id = $1', 0],
  ['SELECT * FROM targets /* over all tenants: secrets */', 0],
  ['INSERT INTO roles (tenant_id, name) VALUES ($1, $2)', 0],
  [
    'INSERT INTO roles (tenant_id, name) SELECT $1::bigint, name FROM unnest($2::text[]) AS new(name) ORDER BY name',
    0,
  ],
  ['INSERT INTO roles (tenant_id, name) SELECT $1::bigint, name FROM users WHERE tenant_id = $1', 1],
  ['INSERT INTO roles (tenant_id, id, name) SELECT $1::bigint, id, name FROM users WHERE tenant_id = $1', 0],
  ['WITH new AS (INSERT INTO roles (tenant_id, name) VALUES ($1, $2) RETURNING id) SELECT id FROM new', 1],
  ['UPDATE roles SET permissions = (permissions || $1)[1:4] WHERE tenant_id = $2', 1],
  ['UPDATE roles SET permissions = trim_array(permissions, 1) WHERE tenant_id = $1', 0],
  [
    'INSERT INTO tenant_configuration (tenant_id, key) VALUES ($1, $2) ON CONFLICT (tenant_id, key) DO UPDATE SET key = $3[1:2]',
    1,
  ],
  [
    'INSERT INTO roles (tenant_id, id) VALUES ($1, $2) ON CONFLICT (tenant_id, id) DO UPDATE SET tenant_id = $1',
    1,
  ],
  ['UPDATE jobs SET ended_at = clock_timestamp() WHERE tenant_id = $1', 1],
  ["DELETE FROM jobs WHERE tenant_id = $1 AND date_trunc('hour', ended_at, 'UTC') < $2", 1],
  ['UPDATE jobs SET ended_at = statement_timestamp() WHERE tenant_id = $1', 0],
  ['SELECT r.n FROM import_rows AS r JOIN targets AS t ON t.controller_id = r.id WHERE t.tenant_id = $1', 1],
  [
    'SELECT r.n FROM (SELECT n FROM import_rows) AS r JOIN targets AS t ON t.id = r.n WHERE tenant_id = $1',
    0,
  ],
  ['DELETE FROM import_ids AS i USING import_rows AS r WHERE r.n = i.n', 0],
  ['SELECT id FROM targets FOR UPDATE /* over all tenants: secrets */', 1],
  ['CREATE VIEW all_jobs AS SELECT tenant_id, count(*) FROM jobs GROUP BY tenant_id', 0],
])('finds the faults of: %s', (text, count) => {
  expect(faultsOf(text)).toHaveLength(count);
});
