import { type SQL, sql } from 'drizzle-orm';
import { arrayOf, chunks } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import {
  auditEventNames,
  auditEvents,
  auditEventTargets,
  TARGETS_A_BLOCK,
} from '../../../database/tables/audit.ts';
import { targets } from '../../../database/tables/targets.ts';

/** Names in one row: as many as a job handles at once. */
const NAMES_A_ROW = 1_000;
const SIZE = sql.raw(String(TARGETS_A_BLOCK));

/**
 * Notes what a filter chose for an event: targets by a bit each, and by its name what is no target now. May be called
 * again for the same event.
 */
export async function noteTargets(
  tx: Transaction,
  { tenantId, eventId }: { tenantId: number; eventId: number },
  controllerIds: readonly string[],
): Promise<void> {
  for (const chunk of chunks(controllerIds, NAMES_A_ROW)) {
    // Sent together.
    const [, unknown] = await Promise.all([
      tx.execute(sql`
        INSERT INTO ${auditEventTargets} AS known (tenant_id, block, event_id, members)
        SELECT ${tenantId}::bigint, id / ${SIZE}, ${eventId}::bigint,
               bit_or(set_bit(0::bit(${SIZE}), (id % ${SIZE})::integer, 1))
        FROM ${targets} WHERE tenant_id = ${tenantId} AND controller_id = ANY(${arrayOf(chunk)}::text[])
        GROUP BY id / ${SIZE}
        ON CONFLICT (tenant_id, block, event_id) DO UPDATE SET members = known.members | excluded.members`),
      tx.execute<{ name: string }>(sql`
        SELECT name FROM unnest(${arrayOf(chunk)}::text[]) AS named(name)
        WHERE name NOT IN (
          SELECT controller_id FROM ${targets}
          WHERE tenant_id = ${tenantId} AND controller_id = ANY(${arrayOf(chunk)}::text[]))`),
    ]);
    const names = unknown.map(({ name }) => name);
    if (names.length) await tx.insert(auditEventNames).values({ tenantId, eventId, names });
  }
}

/** Events of these types name controllerIds as their subjects. */
const NAMES_TARGETS = String.raw`^((pending-)?target|action)\.|^distribution-set\.assigned$`;

/** The ids of a tenant's events that were about any of the targets with these names, by name or by a filter. */
export const eventsOfTargets = (tenantId: number, names: SQL): SQL => sql`
  SELECT id FROM ${auditEvents}
  WHERE tenant_id = ${tenantId} AND subjects && ${names} AND type ~ ${NAMES_TARGETS}
  UNION SELECT marked.event_id
  FROM ${targets} AS target JOIN ${auditEventTargets} AS marked
    ON marked.tenant_id = target.tenant_id AND marked.block = target.id / ${SIZE}
  WHERE target.tenant_id = ${tenantId} AND target.controller_id = ANY(${names})
    AND get_bit(marked.members, (target.id % ${SIZE})::integer) = 1
  UNION SELECT event_id FROM ${auditEventNames} WHERE tenant_id = ${tenantId} AND names && ${names}`;
