import { and, eq, type SQL, sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import { type ActionStatus, actionEntries, actions } from '../../../database/tables/actions.ts';
import { auditEvents } from '../../../database/tables/audit.ts';
import { requirePermission } from '../../access/permissions.ts';
import { findTarget } from '../../fleet/targets/find.ts';
import type { Target } from '../../fleet/targets/target.ts';
import type { FieldChanges } from '../../platform/audit/record.ts';
import { eventsOfTargets } from '../../platform/audit/targets.ts';
import type { ActorKind, Channel, Context } from '../../shared/context.ts';
import { type Listing, list, type PageRequest, type SortField } from '../../shared/page.ts';

/** Something that happened to a target: a change, or a step of one of its actions. */
export interface TimelineEntry {
  /** Tells it from all others of the target. */
  key: number;
  at: Date;
  /** As of audit events, or `action.` with the status of an action. */
  type: string;
  /** Who did it; null for a step of an action. */
  actor: string | null;
  actorKind: ActorKind | null;
  channel: Channel | null;
  /** What chose it, together with so many. */
  filter: string | null;
  count: number;
  changes: FieldChanges | null;
  actionId: number | null;
  status: ActionStatus | null;
  messages: string[];
}

const ORDER = {
  at: { expression: sql`entry.at`, of: (entry) => entry.at, type: 'timestamptz' },
  key: { expression: sql`entry.key`, of: (entry) => entry.key, type: 'bigint' },
} as const satisfies Record<string, SortField<TimelineEntry>>;
type Field = keyof typeof ORDER;

export type TimelineRequest = Omit<PageRequest<Field>, 'filter' | 'orderBy'>;

type Row = Record<
  | 'key'
  | 'at'
  | 'type'
  | 'actor'
  | 'actor_kind'
  | 'channel'
  | 'filter'
  | 'count'
  | 'changes'
  | 'action_id'
  | 'status',
  string
> & { messages: string | null };

const COLUMNS = sql.raw(
  'key, at, type, actor, actor_kind, channel, filter, count, changes, action_id, status, messages',
);

/**
 * Lists what happened to a target, the newest first: changes by name or by a filter, and the steps of its actions. Needs
 * READ_TARGET. Without READ_AUDIT it says when the target was created, and has the steps.
 * @throws TARGET_NOT_FOUND, and what `list` throws
 */
export async function listTimeline(
  context: Context,
  controllerId: string,
  request: TimelineRequest = {},
): Promise<Listing<TimelineEntry>> {
  const { permissions } = requirePermission(context, 'READ_TARGET');
  const target = await findTarget(context, controllerId);
  const parts = permissions.has('READ_AUDIT')
    ? [changesOf(context, target), stepsOf(context, target), creationOf(context, target, true)]
    : [stepsOf(context, target), creationOf(context, target, false)];
  const entries = sql`(${sql.join(parts, sql` UNION ALL `)}) AS entry(${COLUMNS})`;
  const orderBy = (['at', 'key'] as const).map((field) => ({ field, direction: 'desc' as const }));
  return list({ ...request, orderBy }, ORDER, 'key', {
    async rows(where, { orderBy, limit, offset }) {
      const rows = await context.database.execute<Row>(sql`
        SELECT * FROM ${entries} WHERE ${where ?? sql`TRUE`}
        ORDER BY ${sql.join(orderBy, sql`, `)} LIMIT ${limit} OFFSET ${offset}`);
      return rows.map(entryOf);
    },
    async count() {
      const [row] = await context.database.execute<{ total: string }>(
        sql`SELECT count(*) AS total FROM ${entries}`,
      );
      return Number(row!.total);
    },
  });
}

/** Its events of the audit trail. Those before its creation were of another target with its name. */
const changesOf = ({ caller: { tenantId } }: Context, target: Target): SQL => sql`
  SELECT id * 2 AS key, at, type, actor, actor_kind, channel, filter, count, changes::text AS changes,
         NULL::bigint AS action_id, NULL AS status, NULL AS messages
  FROM ${auditEvents} WHERE tenant_id = ${tenantId} AND at >= ${target.createdAt.toISOString()}::timestamptz
    AND id IN (${eventsOf(tenantId, target)})`;

const eventsOf = (tenantId: number, { controllerId }: Target): SQL =>
  eventsOfTargets(tenantId, sql`${arrayOf([controllerId])}::text[]`);

const stepsOf = ({ caller: { tenantId } }: Context, target: Target): SQL => {
  const { id, reportedAt, status, actionId, messages } = actionEntries;
  const itsAction = and(eq(actions.tenantId, actionEntries.tenantId), eq(actions.id, actionId));
  const its = and(eq(actions.tenantId, tenantId), eq(actions.targetId, target.id));
  return sql`
  SELECT ${id} * 2 + 1, ${reportedAt}, 'action.' || replace(${status}, '_', '-'), NULL, NULL, NULL, NULL, 1, NULL,
         ${actionId}, ${status}, to_json(${messages})::text
  FROM ${actionEntries} JOIN ${actions} ON ${itsAction} WHERE ${its}`;
};

/** Its creation, unless an event tells of it: an import creates many, of which its events only have the number. */
const creationOf = ({ caller: { tenantId } }: Context, target: Target, unlessTold: boolean): SQL => sql`
  SELECT 0, ${target.createdAt.toISOString()}::timestamptz, 'target.created', ${target.createdBy}::text, NULL, NULL,
         NULL, 1, NULL, NULL, NULL, NULL
  ${
    unlessTold
      ? sql`WHERE NOT EXISTS (
          SELECT FROM ${auditEvents} WHERE tenant_id = ${tenantId}
            AND at >= ${target.createdAt.toISOString()}::timestamptz
            AND type IN ('target.created', 'target.registered', 'target.approved')
            AND id IN (${eventsOf(tenantId, target)}))`
      : sql``
  }`;

const entryOf = (row: Row): TimelineEntry =>
  ({
    key: Number(row.key),
    at: new Date(row.at),
    type: row.type,
    actor: row.actor,
    actorKind: row.actor_kind as ActorKind | null,
    channel: row.channel as Channel | null,
    filter: row.filter,
    count: Number(row.count),
    changes: row.changes && (JSON.parse(row.changes) as FieldChanges),
    actionId: row.action_id && Number(row.action_id),
    status: row.status as ActionStatus | null,
    messages: row.messages ? (JSON.parse(row.messages) as string[]) : [],
  }) as TimelineEntry;
