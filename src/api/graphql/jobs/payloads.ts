import { Field, ObjectType } from 'type-graphql';
import type { BulkChange } from '../../../services/jobs/begin.ts';
import { Payload } from '../server/errors.ts';
import { DeletePayload, deletedIdsOf, userErrorsOf } from '../server/mutations.ts';
import { Job } from './jobs.ts';

const BY_JOB = {
  nullable: true,
  description: 'Where a filter matches more than 1,000: the job that does it. Nothing is counted here then.',
} as const;

@ObjectType({ simpleResolvers: true, description: 'What a mutation that may become a job answers.' })
export abstract class JobPayload extends Payload {
  @Field(() => Job, BY_JOB)
  job!: Job | null;
}

@ObjectType({ simpleResolvers: true, description: 'What a deletion that may become a job answers.' })
export abstract class BulkDeletePayload extends DeletePayload {
  @Field(() => Job, BY_JOB)
  job!: Job | null;
}

type Refused = Omit<BulkChange, 'faults'> & { faults: unknown[] };

/** The payload of such a mutation. Of what is named some may be refused, and the others changed. */
export async function changedMany(work: Promise<BulkChange>) {
  const { faults = [], ...done } = await work.catch(
    (error): Refused => ({ affectedCount: 0, changed: [], job: null, faults: [error] }),
  );
  return { ...done, userErrors: await userErrorsOf(faults) };
}

/** The payload of such a deletion of things of that type. */
export const deletedMany = async (type: string, work: Promise<BulkChange>) => {
  const { affectedCount, ids = [], job, userErrors } = await changedMany(work);
  return { deletedIds: deletedIdsOf(type, ids), deletedCount: affectedCount, job, userErrors };
};
