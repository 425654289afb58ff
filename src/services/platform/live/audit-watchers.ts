import { and, asc, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { auditEvents } from '../../../database/tables/audit.ts';
import type { Context, Platform } from '../../shared/context.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import { auditFieldsOf } from '../audit/fields.ts';
import { findAuditEvents } from '../audit/list.ts';
import { type EventWatchers, openEventWatchers } from './event-watchers.ts';
import { readerOf } from './events.ts';
import { flagsOf, readFlags } from './flags.ts';
import type { WatchersOptions } from './target-watchers.ts';

/**
 * That something was added to the audit trail. `resync` comes first and names no event: earlier ones may have been missed,
 * so what is shown must be read again. From then on none is missed.
 */
export interface AuditEventAdded {
  type: 'resync' | 'added';
  /** The event as it is now; null if it is forgotten already. */
  auditEvent(context: Context): Promise<AuditEvent | null>;
}

/** The watchers of one tenant's audit trail. */
export const openAuditWatchers = (
  platform: Platform,
  tenantId: number,
  { testing, log }: WatchersOptions,
): EventWatchers<number, AuditEventAdded> =>
  openEventWatchers<number, AuditEventAdded>(platform, log, {
    permission: 'READ_AUDIT',
    fields: auditFieldsOf(tenantId),
    scope: async () => undefined,
    resync: () => ({ type: 'resync', auditEvent: async () => null }),
    async read(ids, tests) {
      const rows = await testing.database
        .select({ id: auditEvents.id, passes: flagsOf(tests) })
        .from(auditEvents)
        .where(and(eq(auditEvents.tenantId, tenantId), isAmong(auditEvents.id, ids)))
        .orderBy(asc(auditEvents.id));
      const reader = readEvents();
      return rows.flatMap(({ id, passes: flags }) => {
        const passes = readFlags(flags);
        return passes.includes(true) ? [{ event: { type: 'added', auditEvent: reader(id) }, passes }] : [];
      });
    },
  });

/** Events are read together, once for all watchers, when the first one is asked for. */
const readEvents = () =>
  readerOf<number, AuditEvent>(['READ_AUDIT'], async (context, ids) => {
    const found = await findAuditEvents(context, ids);
    return new Map(found.flatMap((event) => (event ? [[event.id, event] as const] : [])));
  });
