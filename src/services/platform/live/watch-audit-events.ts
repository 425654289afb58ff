import { checkedFilter } from '../../../filters/checked.ts';
import { requirePermission } from '../../access/permissions.ts';
import { requireFilterReadable } from '../../access/readable-fields.ts';
import { auditFieldsOf } from '../audit/fields.ts';
import type { AuditEventAdded } from './audit-watchers.ts';
import type { Feed } from './feed.ts';
import type { LiveContext } from './live.ts';

/**
 * Sends the events that are added to the audit trail and match the filter, from now on. The event of a job comes with its first
 * batch, and again when the job has ended. Needs READ_AUDIT, and ends when the caller loses it. A reader that is too slow
 * ends with SUBSCRIBER_TOO_SLOW.
 * @throws FILTER_SYNTAX, FILTER_FIELD_UNKNOWN, FILTER_VALUE_INVALID; QUOTA_EXCEEDED beyond 500 different filters
 */
export function watchAuditEvents(
  context: LiveContext,
  { filter }: { filter?: string | null },
): Feed<AuditEventAdded> {
  const { tenantId } = requirePermission(context, 'READ_AUDIT');
  const fields = auditFieldsOf(tenantId);
  const asked = filter == null ? undefined : checkedFilter(fields, filter);
  if (asked) requireFilterReadable(context, fields, asked);
  return context.live.watchAuditEvents(context, asked);
}
