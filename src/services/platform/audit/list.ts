import { and, arrayContains, count, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { auditEvents } from '../../../database/tables/audit.ts';
import { invalid } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { askedFilter } from '../../access/readable-fields.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';
import { type Listing, list, type PageRequest } from '../../shared/page.ts';
import { isStorableText } from '../../shared/text.ts';
import type { AuditEvent } from './audit-event.ts';
import { AUDIT_ORDER, type AuditOrderField, auditFieldsOf } from './fields.ts';

/**
 * Lists what was done, the newest first unless ordered otherwise; of one subject only where it is named, which an
 * index serves. Needs READ_AUDIT.
 * @throws the filter's errors, and those of `list`.
 */
export async function listAuditEvents(
  context: Context,
  { subject, ...request }: PageRequest<AuditOrderField> & { subject?: string | null | undefined },
): Promise<Listing<AuditEvent>> {
  const { tenantId } = requirePermission(context, 'READ_AUDIT');
  if (subject != null && !isStorableText(subject))
    throw invalid('subject: must hold no U+0000 and no unpaired surrogate', ['subject']);
  const matching = and(
    eq(auditEvents.tenantId, tenantId),
    subject == null ? undefined : arrayContains(auditEvents.subjects, [subject]),
    await askedFilter(context, auditFieldsOf(tenantId), request.filter),
  );
  const orderBy = request.orderBy?.length ? request.orderBy : [{ field: 'id', direction: 'desc' } as const];
  return list({ ...request, orderBy }, AUDIT_ORDER, 'id', {
    rows: async (where, { orderBy, limit, offset }) => {
      const rows = await context.database
        .select()
        .from(auditEvents)
        .where(and(matching, where))
        .orderBy(...orderBy)
        .limit(limit)
        .offset(offset);
      return rows.map(({ tenantId: _, ...row }) => row as AuditEvent);
    },
    async count() {
      const [row] = await context.database.select({ total: count() }).from(auditEvents).where(matching);
      return row?.total ?? 0;
    },
  });
}

/** For each id its event, or undefined where there is none. Needs READ_AUDIT. */
export async function findAuditEvents(
  context: Context,
  ids: readonly number[],
): Promise<(AuditEvent | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_AUDIT');
  const rows = await context.database
    .select()
    .from(auditEvents)
    .where(and(eq(auditEvents.tenantId, tenantId), isAmong(auditEvents.id, ids)));
  return inOrderOf(
    ids,
    rows.map(({ tenantId: _, ...row }) => row as AuditEvent),
  );
}
