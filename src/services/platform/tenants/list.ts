import { asc, gt } from 'drizzle-orm';
import { z } from 'zod';
import { isAmong } from '../../../database/bulk.ts';
import { tenants } from '../../../database/tables/tenants.ts';
import { requireRole } from '../../access/permissions.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { plainText } from '../../shared/text.ts';
import { TENANT_COLUMNS, type TenantEntry } from './create.ts';

const TenantPage = z.object({
  limit: z.number().int().min(1).max(500).nullish(),
  after: plainText(1, 40).nullish(),
});

export interface TenantList {
  tenants: TenantEntry[];
  /** Whether more come after the last one. */
  hasNext: boolean;
}

/** The tenants by name without regard to case, `limit` (500) of them, `after` a name. Needs SYSTEM_ADMIN. */
export async function listTenants(
  context: Context,
  input: z.input<typeof TenantPage> = {},
): Promise<TenantList> {
  requireRole(context, 'SYSTEM_ADMIN');
  const { limit, after } = parse(TenantPage, input);
  const size = limit ?? 500;
  const rows = await context.database
    .select(TENANT_COLUMNS)
    .from(tenants)
    .where(after ? gt(tenants.nameKey, after.toLowerCase()) : undefined)
    .orderBy(asc(tenants.nameKey))
    .limit(size + 1);
  return { tenants: rows.slice(0, size), hasNext: rows.length > size };
}

/** For each id its tenant, or undefined where there is none. Needs SYSTEM_ADMIN. */
export async function findTenants(
  context: Context,
  ids: readonly number[],
): Promise<(TenantEntry | undefined)[]> {
  requireRole(context, 'SYSTEM_ADMIN');
  const rows = await context.database
    .select(TENANT_COLUMNS)
    .from(tenants)
    .where(isAmong(tenants.tenantId, ids));
  return inOrderOf(ids, rows);
}
