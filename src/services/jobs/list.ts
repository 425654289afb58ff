import { jobs } from '../../database/tables/jobs.ts';
import type { Context } from '../shared/context.ts';
import { listMatching, sourceOf } from '../shared/matching.ts';
import type { Listing, PageRequest } from '../shared/page.ts';
import { JOB_FIELDS, JOB_ORDER, type JobOrderField } from './fields.ts';
import { JOB_COLUMNS, type Job, visibleJobs } from './job.ts';

/**
 * Lists the caller's own jobs, all of the tenant for a TENANT_ADMIN, the newest first unless ordered otherwise.
 * @throws what `listMatching` throws
 */
export async function listJobs(
  context: Context,
  request: PageRequest<JobOrderField> = {},
): Promise<Listing<Job>> {
  const { database } = context;
  const orderBy = request.orderBy?.length ? request.orderBy : [{ field: 'id', direction: 'desc' } as const];
  return listMatching(
    context,
    { ...request, orderBy },
    { fields: JOB_FIELDS, order: JOB_ORDER, scope: visibleJobs(context) },
    sourceOf(database, () => database.select(JOB_COLUMNS).from(jobs).$dynamic()),
  );
}
