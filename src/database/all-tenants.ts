import { type SQL, sql } from 'drizzle-orm';

/**
 * Statements that look over all tenants, with the reason: all others name the tenant in each query and sub-query, so that
 * the planner knows whose rows they are, and an engine with shards asks only the one that has them. A test holds it.
 */
const OVER_ALL_TENANTS = {
  'due rollouts': 'one process looks for what is to do, tenant by tenant afterwards',
  'due auto-assignments': 'as for rollouts',
  'due jobs': 'as for rollouts',
  'due webhooks': 'as for rollouts',
  'tenants with outdated actions': 'as for rollouts',
  'ended overlaps': 'as for rollouts',
  'expired certificates': 'as for retention',
  'poll times': 'the times of a second, of whatever tenants, in one statement',
  'poll counts': 'as poll times',
  'uses of API keys': 'as poll times',
  retention: 'deletes by a setting of each tenant, every ten minutes',
  'fleet history': 'makes the old history of all tenants coarser',
  'quotas of tenants': 'the operator reads a page of tenants, by their ids',
  gauges: 'the metrics count everything, at most once a minute',
  secrets: 'the operator gives another key for all that is stored',
  'orphaned contents': 'finds what is to remove from the store',
  'default password': 'looks whether the first administrator still has it, at the start',
} as const;

/** Marks a statement that looks over all tenants, and says to operators what it is. */
export const overAllTenants = (what: keyof typeof OVER_ALL_TENANTS): SQL => sql.raw(`/* ${MARK}${what} */`);

const MARK = 'over all tenants: ';

/** Whether a statement may look over all tenants. */
export const isOverAllTenants = (text: string): boolean =>
  Object.keys(OVER_ALL_TENANTS).some((what) => text.includes(`/* ${MARK}${what} */`));
