import { and, eq, inArray, type SQL } from 'drizzle-orm';
import { type JobFault, type JobKindName, type JobState, jobs } from '../../database/tables/jobs.ts';
import type { Channel, Context, Origin } from '../shared/context.ts';

export type { JobFault } from '../../database/tables/jobs.ts';

/** A change of all targets that match a filter, as callers get it. */
export interface Job {
  id: number;
  kind: JobKindName;
  state: JobState;
  filter: string;
  parameters: Record<string, unknown>;
  /** How many matched when it began. */
  total: number;
  /** How many it has handled: changed, found as they are to be, or passed over. */
  done: number;
  changed: number;
  failed: number;
  faults: JobFault[];
  /** Why it failed as a whole. */
  code: string | null;
  message: string | null;
  createdAt: Date;
  createdBy: string;
  startedAt: Date | null;
  updatedAt: Date;
  endedAt: Date | null;
}

export type JobRow = typeof jobs.$inferSelect;

/** Where a job comes from: from the request that began it. */
export const originOfJob = ({ channel, address, requestId, traceParent }: JobRow): Origin => ({
  channel: channel as Channel,
  address,
  requestId: requestId ?? undefined,
  traceParent: traceParent ?? undefined,
});

export const JOB_COLUMNS = {
  id: jobs.id,
  kind: jobs.kind,
  state: jobs.state,
  filter: jobs.filter,
  parameters: jobs.parameters,
  total: jobs.total,
  done: jobs.done,
  changed: jobs.changed,
  failed: jobs.failed,
  faults: jobs.faults,
  code: jobs.code,
  message: jobs.message,
  createdAt: jobs.createdAt,
  createdBy: jobs.username,
  startedAt: jobs.startedAt,
  updatedAt: jobs.updatedAt,
  endedAt: jobs.endedAt,
};

const ACTIVE: readonly JobState[] = ['queued', 'running'];
export const isActive = ({ state }: Pick<Job, 'state'>): boolean => ACTIVE.includes(state);
export const isActiveJob = inArray(jobs.state, [...ACTIVE]);

/** The jobs that a caller may see and cancel: its own, and all of the tenant for an administrator. */
export const visibleJobs = ({ caller }: Context): SQL | undefined =>
  and(
    eq(jobs.tenantId, caller.tenantId),
    caller.roles.has('TENANT_ADMIN') ? undefined : eq(jobs.username, caller.username),
  );

/** The same of one that was read. */
export const isVisible = ({ caller }: Context, { createdBy }: Pick<Job, 'createdBy'>): boolean =>
  caller.roles.has('TENANT_ADMIN') || createdBy === caller.username;
