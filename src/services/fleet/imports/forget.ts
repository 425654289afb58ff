import { and, eq, ne, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import { isAmong } from '../../../database/bulk.ts';
import type { Database, Transaction } from '../../../database/connect.ts';
import { imports, importUploads } from '../../../database/tables/imports.ts';
import { tenantConfiguration } from '../../../database/tables/tenants.ts';
import {
  type ConfigurationKeyName,
  IMPORT_RETENTION_DAYS,
} from '../../platform/tenants/configuration-keys.ts';
import { keepersOf } from '../../platform/tenants/retention.ts';

const KEY: ConfigurationKeyName = 'import.retention.days';
const KEPT_AT_MOST = 1_000;
/** Rows of reports, and controllerIds that dry runs remember until they finish, of all imports of a tenant. */
const ROWS_AT_MOST = 5_000_000;
/** Bytes of refused rows that are kept of all imports of a tenant. */
const REFUSED_BYTES_AT_MOST = 256 << 20;

/** What was last written before that, and what waits for a file that can't come any more. */
const isOutdated = (tenantId: number | SQLWrapper, before: SQL, now: Date): SQL => sql`(
  ${imports.updatedAt} < ${before} OR ${imports.state} = 'waiting' AND NOT EXISTS (
    SELECT 1 FROM ${importUploads} AS upload
    WHERE upload.tenant_id = ${tenantId} AND upload.import_id = ${imports.id} AND upload.expires_at > ${literal(now)}))`;

const literal = (moment: Date) => sql`${moment.toISOString()}::timestamptz`;

/** Forgets the outdated imports of a tenant, and the oldest where there are too many or their reports are too long. */
export async function forgetImports(tx: Transaction, tenantId: number, now: Date): Promise<void> {
  const remembered = sql`faults + CASE WHEN dry_run AND state <> 'finished' THEN rows_read ELSE 0 END`;
  const tooMany = sql`${imports.id} IN (
    SELECT id FROM (
      SELECT id, row_number() OVER newest AS n, sum(${remembered}) OVER newest AS together,
        sum(refused_bytes) OVER newest AS bytes
      FROM imports WHERE tenant_id = ${tenantId} WINDOW newest AS (ORDER BY id DESC)) AS counted
    WHERE n > ${KEPT_AT_MOST} OR together > ${ROWS_AT_MOST} OR bytes > ${REFUSED_BYTES_AT_MOST})`;
  const before = sql`${literal(now)} - make_interval(days => coalesce(
    (SELECT (value #>> '{}')::int FROM ${tenantConfiguration} AS setting
     WHERE setting.tenant_id = ${tenantId} AND setting.key = ${KEY}), ${IMPORT_RETENTION_DAYS}::int))`;
  await tx
    .delete(imports)
    .where(
      and(
        eq(imports.tenantId, tenantId),
        or(isOutdated(tenantId, before, now), and(ne(imports.state, 'running'), tooMany)),
      ),
    );
}

/** Forgets the outdated imports of all tenants. */
export async function forgetOldImports(database: Database | Transaction, now: Date): Promise<void> {
  for (const { tenantIds, before } of await keepersOf(database, {
    key: KEY,
    days: IMPORT_RETENTION_DAYS,
    now,
  }))
    await database.delete(imports).where(
      sql`${isAmong(imports.tenantId, tenantIds)} AND ${isOutdated(imports.tenantId, literal(before), now)}
            ${overAllTenants('retention')}`,
    );
}
