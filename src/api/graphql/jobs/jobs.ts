import { GraphQLDateTime, GraphQLJSONObject, GraphQLSafeInt } from 'graphql-scalars';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { cancelJob } from '../../../services/jobs/cancel.ts';
import type { JobOrderField as OrderField } from '../../../services/jobs/fields.ts';
import { findJobs } from '../../../services/jobs/find.ts';
import type { Job as Entity, JobFault as Fault } from '../../../services/jobs/job.ts';
import { listJobs } from '../../../services/jobs/list.ts';
import { watchJob } from '../../../services/jobs/watch.ts';
import { inOrderOf } from '../../../services/shared/by-id.ts';
import { orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { FaultCode, faultCodeOf } from '../server/error-codes.ts';
import { Payload } from '../server/errors.ts';
import { idOf } from '../server/ids.ts';
import { lookup } from '../server/lookups.ts';
import { type IdInput, idInput, inputOf, payload } from '../server/mutations.ts';
import { Node } from '../server/node.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';

const JobKind = enumOf<Entity['kind']>('JobKind', 'What a job does: the same as the mutation of that name.', {
  delete_targets: 'Deletes targets.',
  rotate_target_tokens: 'Gives targets new security tokens.',
  release_targets: 'Lets whoever has one code take targets over.',
  end_claim_codes: 'Ends the codes by which targets may be taken over.',
  assign_target_type: 'Gives targets a type, or takes theirs away.',
  assign_target_group: 'Puts targets into a group, or takes them out of theirs.',
  assign_target_tags: 'Gives tags to targets.',
  unassign_target_tags: 'Takes tags away from targets.',
  set_target_metadata: 'Adds or overwrites metadata of targets.',
  delete_target_metadata: 'Takes metadata away from targets.',
  approve_targets: 'Makes targets of pending targets.',
  reject_targets: 'Rejects pending targets.',
  set_target_attributes: "Changes attributes in the devices' place.",
  set_auto_confirm: 'Activates or deactivates auto-confirmation of targets.',
  assign_distribution_set: 'Assigns a distribution set to targets.',
  cancel_actions: 'Cancels updates, or ends their cancellations.',
  force_actions: 'Makes updates forced.',
  confirm_actions: 'Confirms or denies updates that wait for it.',
  delete_actions: 'Deletes actions with their history.',
});

const JobState = enumOf<Entity['state']>('JobState', 'How a job stands.', {
  queued: 'It has not begun yet.',
  running: 'It has begun.',
  finished: 'It has handled all that matched.',
  failed: 'It could not go on; its message says why. What it has done stays.',
  canceled: 'Somebody canceled it. What it has done stays.',
});

@ObjectType({ simpleResolvers: true, description: 'Why a job passed over a target.' })
class JobFault implements Fault {
  @Field(() => String, { description: 'Its target; of an action, the target that has it.' })
  controllerId!: string;

  @Field(() => FaultCode, { description: 'The kind of fault, for programs.' })
  code!: FaultCode;

  @Field(() => String, { description: 'What is wrong, for people.' })
  message!: string;
}

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description:
    'A change of all targets, pending targets or actions that match a filter, done in batches. Every number is of what is committed.',
})
export class Job extends Node implements Entity {
  @Field(() => JobKind, { description: 'What it does.' })
  kind!: Entity['kind'];

  @Field(() => JobState, { description: 'How it stands.' })
  state!: Entity['state'];

  @Field(() => String, { description: 'The filter that chooses what it changes.' })
  filter!: string;

  @Field(() => GraphQLJSONObject, { description: 'What the mutation was given beside the filter.' })
  parameters!: Record<string, unknown>;

  @Field(() => GraphQLSafeInt, { description: 'How many matched when it was created.' })
  total!: number;

  @Field(() => GraphQLSafeInt, { description: 'How many it has handled, whatever came of it.' })
  done!: number;

  @Field(() => GraphQLSafeInt, { description: 'How many it has changed; the others were so already.' })
  changed!: number;

  @Field(() => GraphQLSafeInt, { description: 'How many it passed over, because they were refused.' })
  failed!: number;

  @Field(() => [JobFault], { description: 'Why it passed over these; at most 100.' })
  faults!: Fault[];

  @Field(() => FaultCode, { nullable: true, description: 'Why it failed, for programs.' })
  code!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it failed, for people.' })
  message!: string | null;

  @Field(() => GraphQLDateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => String, { description: 'Who created it.' })
  createdBy!: string;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When its first batch was done.' })
  startedAt!: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When it went on last.' })
  updatedAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it ended, however it did.' })
  endedAt!: Date | null;
}

@ArgsType()
class JobsArgs extends orderedArgs<OrderField>(
  'Job',
  'jobs',
  {
    id: 'By the identifier, which is also the order of creation.',
    kind: 'By what they do.',
    state: 'By how they stand.',
    total: 'By how many matched.',
  },
  'the newest first',
) {}

@ObjectType({ simpleResolvers: true, description: 'What `cancelJob` answers.' })
class CancelJobPayload extends Payload {
  @Field(() => Job, { nullable: true, description: 'The job as it is now; null where refused.' })
  job!: Job | null;
}

const { Connection: JobConnection } = connectionTypes('Job', 'jobs', Job);

lookup('Job', Job, {
  needs: 'the account that began it, or the role TENANT_ADMIN',
  find: async (context, ids) => inOrderOf(ids, await findJobs(context, ids)),
});

@Resolver(() => Job)
export class JobResolver {
  @Query(() => JobConnection, {
    description:
      "Lists the caller's own jobs; all of the tenant with the role TENANT_ADMIN. Filters may ask for `id`, `kind`, `state`, `createdBy`, `createdAt` and `endedAt`.",
    complexity: listCost,
  })
  async jobs(@Args(() => JobsArgs) args: JobsArgs, @Ctx() context: GraphqlContext) {
    return connection(await listJobs(context, args), (job) => job);
  }

  @FieldResolver()
  faults(@Root() { faults }: Entity): JobFault[] {
    return faults.map((fault) => ({ ...fault, code: faultCodeOf(fault.code) }));
  }

  @FieldResolver()
  code(@Root() { code }: Entity): FaultCode | null {
    return code === null ? null : faultCodeOf(code);
  }

  @Mutation(() => CancelJobPayload, {
    description:
      "Ends a job: what it has done stays, and nothing more is done. Of the caller's own jobs; of all with the role TENANT_ADMIN.",
  })
  cancelJob(
    @Arg('input', inputOf('cancelJob', idInput('Job')), { description: 'Which job.' }) input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CancelJobPayload> {
    return payload('job', cancelJob(context, { id: input.id }));
  }

  @Subscription(() => Job, {
    description:
      "A job: at once, and whenever it went on, twice a second at the most. Completes when it has ended. Of the caller's own jobs; of all with the role TENANT_ADMIN.",
    subscribe: ({ args, context }: { args: { id: number }; context: GraphqlContext }) =>
      watchJob(context, args.id),
  })
  jobProgress(
    @Root() job: Entity,
    @Arg('id', () => idOf('Job'), { description: 'Which job.' }) _id: number,
  ): Job {
    return job;
  }
}
