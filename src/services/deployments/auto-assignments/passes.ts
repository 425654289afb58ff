import { and, eq, max, sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import { autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { targets } from '../../../database/tables/targets.ts';
import type { Platform } from '../../shared/context.ts';
import { type AutoAssignmentKey, mayAssign } from './assign-next.ts';

/** An auto-assignment that may assign now, and how far it is. Any process may go on with what another began. */
export interface Active extends AutoAssignmentKey {
  passedTo: number;
  newestPassed: number;
  /** Whether a pass through all its targets may go on or begin, and whether it is time for it anyway. */
  mayPass: boolean;
  isToPass: boolean;
}

/** After a pass one rests so many times as long: a million targets don't keep the database busy. */
const PAUSE_FACTOR = 9;
const LONGEST_REST_MS = 60_000;
/** So much longer where nothing is known that may have changed. */
const IDLE_MS = 8_000;

/** What brings an auto-assignment to begin a new pass at once. */
export const NEW_PASS = { passedTo: 0, restsUntil: null };

const { restsUntil } = autoAssignments;

export const findActive = ({ database, clock }: Platform): Promise<Active[]> =>
  database
    .select({
      tenantId: autoAssignments.tenantId,
      id: autoAssignments.id,
      passedTo: autoAssignments.passedTo,
      newestPassed: autoAssignments.newestPassed,
      mayPass: sql<boolean>`COALESCE(${restsUntil} <= statement_timestamp(), TRUE)`,
      isToPass: sql<boolean>`COALESCE(${restsUntil} <= statement_timestamp() - ${IDLE_MS} * interval '1 ms', TRUE)`,
    })
    .from(autoAssignments)
    .where(sql`${mayAssign(clock())} ${overAllTenants('due auto-assignments')}`)
    .orderBy(autoAssignments.tenantId, autoAssignments.id);

/** Notes how far the pass has come, or, with null, that it is done, and how long its last turn was. */
export async function notePass(
  { database }: Pick<Platform, 'database'>,
  { tenantId, id }: AutoAssignmentKey,
  { reached, newest, spentMs }: { reached: number | null; newest: number; spentMs: number },
): Promise<void> {
  const restMs = Math.ceil(Math.min(PAUSE_FACTOR * spentMs, LONGEST_REST_MS));
  await database
    .update(autoAssignments)
    .set({
      passedTo: reached ?? 0,
      newestPassed: newest,
      restsUntil: reached === null ? sql`statement_timestamp() + ${restMs} * interval '1 ms'` : null,
    })
    .where(and(eq(autoAssignments.tenantId, tenantId), eq(autoAssignments.id, id)));
}

export async function newestTarget(
  { database }: Pick<Platform, 'database'>,
  tenantId: number,
): Promise<number> {
  const [row] = await database
    .select({ id: max(targets.id) })
    .from(targets)
    .where(eq(targets.tenantId, tenantId));
  return row?.id ?? 0;
}
