import { JOB_KINDS, JOB_STATES, jobs } from '../../database/tables/jobs.ts';
import { fieldSet } from '../../filters/fields.ts';
import { exact } from '../shared/authorship.ts';
import type { SortField } from '../shared/page.ts';
import type { Job } from './job.ts';

/** What a filter may ask of a job. */
export const JOB_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: jobs.id }],
  [['kind'], { kind: 'enum', column: jobs.kind, values: JOB_KINDS }],
  [['state'], { kind: 'enum', column: jobs.state, values: JOB_STATES }],
  [['createdBy'], { kind: 'text', column: jobs.username }],
  [['createdAt'], { kind: 'time', column: jobs.createdAt }],
  [['endedAt'], { kind: 'time', column: jobs.endedAt }],
]);

/** What jobs can be sorted by; ids grow with time. */
export const JOB_ORDER = {
  id: { expression: jobs.id, of: (job) => job.id, type: 'bigint' },
  kind: { expression: exact(jobs.kind), of: (job) => job.kind, type: 'text' },
  state: { expression: exact(jobs.state), of: (job) => job.state, type: 'text' },
  total: { expression: jobs.total, of: (job) => job.total, type: 'bigint' },
} as const satisfies Record<string, SortField<Job>>;
export type JobOrderField = keyof typeof JOB_ORDER;
