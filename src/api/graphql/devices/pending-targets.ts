import { GraphQLDateTime } from 'graphql-scalars';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import type { PendingTargetOrderField as OrderField } from '../../../services/devices/pending-targets/fields.ts';
import { findPendingTargets, listPendingTargets } from '../../../services/devices/pending-targets/list.ts';
import type { PendingTarget as Entity } from '../../../services/devices/pending-targets/pending-target.ts';
import { changeMany } from '../../../services/jobs/begin.ts';
import { ChangedTargetsPayload } from '../fleet/selected-targets.ts';
import { changedMany, JobPayload } from '../jobs/payloads.ts';
import { orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { lookup } from '../server/lookups.ts';
import { payloadOf } from '../server/mutations.ts';
import { Needs } from '../server/needs.ts';
import { Node } from '../server/node.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';
import { asPlaced, type Selection, selectionOf } from '../server/selections.ts';
import {
  EnrollmentGroup,
  type EnrollmentGroupView,
  enrollmentGroupView,
  loadEnrollmentGroup,
} from './enrollment-groups.ts';

const PendingTargetState = enumOf<Entity['state']>(
  'PendingTargetState',
  'The state of a device that needs an approval.',
  {
    pending: 'It may poll, and is told only when to poll again.',
    rejected: 'It was rejected, and cannot sign in.',
  },
);

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: 'A device that is not a target yet: it needs an approval, or was rejected.',
})
export class PendingTarget extends Node implements Omit<Entity, 'groupId'> {
  @Field(() => String, { description: 'Its name on the wire, unique in the tenant.' })
  controllerId!: string;

  @Field(() => PendingTargetState, { description: 'Whether it is pending or was rejected.' })
  state!: Entity['state'];

  @Needs('READ_TENANT_CONFIGURATION')
  @Field(() => EnrollmentGroup, {
    nullable: true,
    description: 'The group whose rules make a target of it; null if the group is gone.',
  })
  enrollmentGroup!: EnrollmentGroup | null;

  @Field(() => String, { nullable: true, description: 'Where it was last heard from, as a URI.' })
  address!: string | null;

  @Field(() => GraphQLDateTime, { description: 'When it polled first.' })
  firstRequestAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When it polled last while it was pending.' })
  lastRequestAt!: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it was rejected; null while it is pending.',
  })
  rejectedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Who rejected it; null while it is pending.' })
  rejectedBy!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why the hook of its group holds it, in its own words; null where no hook does.',
  })
  reason!: string | null;
}

@ArgsType()
class PendingTargetsArgs extends orderedArgs<OrderField>(
  'PendingTarget',
  'devices that need an approval',
  {
    controllerId: 'By the controllerId.',
    state: 'By the state.',
    firstRequestAt: 'By the time of the first poll.',
    lastRequestAt: 'By the time of the last poll.',
  },
  'by controllerId',
) {
  @Field(() => PendingTargetState, {
    nullable: true,
    defaultValue: 'pending',
    description: 'Only those in this state; null for both.',
  })
  state?: Entity['state'] | null;
}

const PendingTargetSelection = selectionOf('PendingTarget', 'pending targets');

@InputType()
abstract class PendingTargetsInput {
  @Field(() => PendingTargetSelection, {
    description:
      'Which devices. A filter, for example `enrollmentGroup==factory`, passes over rejected ones.',
  })
  pendingTargets!: Selection;

  @Field(() => Boolean, { defaultValue: false, description: 'Only counts, and changes nothing.' })
  dryRun!: boolean;
}

@InputType({ description: 'What `approveTargets` takes.' })
class ApproveTargetsInput extends PendingTargetsInput {}

@InputType({ description: 'What `rejectTargets` takes.' })
class RejectTargetsInput extends PendingTargetsInput {}

/** Of those that were rejected. */
const MOST_TOLD = 1_000;

@ObjectType({ simpleResolvers: true, description: 'What `rejectTargets` answers.' })
class RejectTargetsPayload extends JobPayload {
  @Needs('READ_TARGET')
  @Field(() => [PendingTarget], {
    description: `These pending targets as they are now, of no more than ${MOST_TOLD}; none of a dry run or a job.`,
  })
  pendingTargets!: () => Promise<Entity[]>;

  @Field(() => Int, {
    description: 'How many pending targets were rejected, or would be without `dryRun`.',
  })
  affectedCount!: number;
}

const { Connection: PendingTargetConnection } = connectionTypes(
  'PendingTarget',
  'devices that need an approval',
  PendingTarget,
);

/** Where the input has what the verbs call so. */
const PENDING_AT = {
  ids: ['pendingTargets', 'ids'],
  filter: ['pendingTargets', 'filter'],
  controllerIds: ['pendingTargets'],
};

const decide = (
  context: GraphqlContext,
  kind: 'approve_targets' | 'reject_targets',
  { pendingTargets, dryRun }: PendingTargetsInput,
) => asPlaced(changedMany(changeMany(context, kind, { ...pendingTargets, dryRun })), PENDING_AT);

lookup('PendingTarget', PendingTarget, { needs: 'READ_TARGET without a scope', find: findPendingTargets });

@Resolver(() => PendingTarget)
export class PendingTargetResolver {
  @Query(() => PendingTargetConnection, {
    description: 'Lists pending targets. Needs READ_TARGET; with a scope the list is empty.',
    complexity: listCost,
  })
  async pendingTargets(
    @Args(() => PendingTargetsArgs) args: PendingTargetsArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await listPendingTargets(context, args), (device) => device);
  }

  @FieldResolver(() => EnrollmentGroup, { nullable: true })
  async enrollmentGroup(
    @Root() { groupId }: Entity,
    @Ctx() context: GraphqlContext,
  ): Promise<EnrollmentGroupView | null> {
    const group = await loadEnrollmentGroup(context, groupId);
    return group && enrollmentGroupView(group);
  }

  @Mutation(payloadOf('approveTargets', ChangedTargetsPayload), {
    description:
      'Makes targets of pending targets, by the rules of their groups; none of them if a named one is unknown or a group is full. A rejected one may be named, too. Needs CREATE_TARGET.',
  })
  approveTargets(
    @Arg('input', () => ApproveTargetsInput, { description: 'Which devices.' }) input: ApproveTargetsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ChangedTargetsPayload> {
    return decide(context, 'approve_targets', input);
  }

  @Mutation(() => RejectTargetsPayload, {
    description:
      'Rejects pending targets; none of them if a named one is unknown. They cannot sign in until somebody approves them by name. Needs CREATE_TARGET without a scope.',
  })
  rejectTargets(
    @Arg('input', () => RejectTargetsInput, { description: 'Which devices.' }) input: RejectTargetsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RejectTargetsPayload> {
    return decide(context, 'reject_targets', input).then(({ ids = [], ...rest }) => ({
      ...rest,
      pendingTargets: async () =>
        (await findPendingTargets(context, ids.slice(0, MOST_TOLD))).filter((found) => found !== undefined),
    }));
  }
}
