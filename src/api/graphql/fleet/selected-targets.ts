import { Field, InputType, Int, ObjectType } from 'type-graphql';
import type { BulkChange } from '../../../services/jobs/begin.ts';
import { Job } from '../jobs/jobs.ts';
import { Payload } from '../server/errors.ts';
import { answer, userErrorsOf } from '../server/mutations.ts';

@InputType({ description: 'Which targets a mutation of many is for: either controllerIds or a filter.' })
export abstract class SelectedTargetsInput {
  @Field(() => [String], { nullable: true, description: 'Which targets.' })
  controllerIds?: string[] | null;

  @Field(() => String, { nullable: true, description: 'All targets that match this RSQL expression.' })
  filter?: string | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Only says how many it would be.' })
  dryRun!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'What a mutation of many targets answers.' })
export abstract class AffectedTargetsPayload extends Payload {
  @Field(() => Int, {
    description:
      'How many targets are different now, or would be after a dry run; those that were so already do not count.',
  })
  affectedCount!: number;
}

/** The payload of a mutation of many targets: how many it concerned, and what was wrong with the input. */
export const affectedTargets = (work: Promise<number>) =>
  answer(
    { affectedCount: 0 },
    work.then((affectedCount) => ({ affectedCount })),
  );

@ObjectType({
  simpleResolvers: true,
  description: 'What a mutation of targets that may become a job answers.',
})
export abstract class ChangedTargetsPayload extends AffectedTargetsPayload {
  @Field(() => Job, {
    nullable: true,
    description:
      'Where a filter matches more than 1,000 targets: the job that changes them, and `affectedCount` is 0.',
  })
  job!: Job | null;
}

/** The payload of such a mutation. Of targets that are named some may be refused, and the others changed. */
export async function changedTargets(work: Promise<BulkChange>) {
  const { faults, ...done } = await work.catch((error) => ({ affectedCount: 0, job: null, faults: [error] }));
  return { ...done, userErrors: userErrorsOf(faults) };
}
