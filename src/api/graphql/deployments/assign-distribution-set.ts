import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Field, InputType, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import { DomainError } from '../../../errors.ts';
import type { Action as Entity } from '../../../services/deployments/actions/action.ts';
import { type BulkChange, changeMany } from '../../../services/jobs/begin.ts';
import type { DistributionSet as AnySet } from '../../../services/software/distribution-sets/distribution-set.ts';
import { SelectedTargetsInput, selected, TARGETS_AT } from '../fleet/selected-targets.ts';
import type { GraphqlContext } from '../server/context.ts';
import { idOf } from '../server/ids.ts';
import { Cron, Duration, UtcOffset } from '../server/scalars.ts';
import { asPlaced } from '../server/selections.ts';
import { DistributionSet, loadDistributionSet } from '../software/distribution-sets.ts';
import { ForceType } from './actions.ts';
import { ActionsPayload, changedActions } from './actions-payload.ts';

@InputType({ description: 'When devices may install.' })
class MaintenanceWindowInput {
  @Field(() => Cron, {
    description: 'When windows open: a Quartz cron expression of 6 or 7 fields, as `0 0 3 ? * SUN`.',
  })
  schedule!: string;

  @Field(() => Duration, { description: 'How long each stays open: HH:mm:ss or HH:mm, below 24 hours.' })
  duration!: string;

  @Field(() => UtcOffset, { description: 'The offset in which the schedule is read: as +02:00, or Z.' })
  timezone!: string;
}

@InputType({ description: 'What `assignDistributionSet` takes.' })
class AssignDistributionSetInput extends SelectedTargetsInput {
  @Field(() => idOf('DistributionSet'), { description: 'Which distribution set.' })
  distributionSetId!: number;

  @Field(() => ForceType, { nullable: true, description: 'How devices are to take it; FORCED unless given.' })
  forceType?: Entity['forceType'] | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Of TIME_FORCED: from when on it is forced; at once unless given.',
  })
  forcedAt?: Date | null;

  @Field(() => Int, { nullable: true, description: 'From 0 to 1000; 1000 unless given.' })
  weight?: number | null;

  @Field(() => MaintenanceWindowInput, {
    nullable: true,
    description: 'When devices may install; at any time unless given.',
  })
  maintenanceWindow?: MaintenanceWindowInput | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'If the tenant uses the confirmation flow: with false, it starts without a confirmation.',
  })
  confirmationRequired?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: 'What another system knows the actions by, at most 512 characters.',
  })
  externalRef?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'The targets have it already, by other means: it counts as installed at once.',
  })
  offline!: boolean;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether it is also assigned to targets that do not match its `targetFilter`: otherwise they are refused, and with them all others.',
  })
  ignoreTargetFilter?: boolean | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `assignDistributionSet` answers.' })
class AssignDistributionSetPayload extends ActionsPayload {
  @Field(() => Int, { description: 'How many of the targets were to have it anyway.' })
  alreadyAssignedCount!: number;

  @Field(() => DistributionSet, { nullable: true, description: 'The set; null where refused.' })
  distributionSet!: (() => Promise<AnySet | null>) | null;
}

@Resolver()
export class DistributionSetAssignment {
  @Mutation(() => AssignDistributionSetPayload, {
    description:
      'Assigns a distribution set to targets, all or none: each gets an action, which replaces what it has still to do. A job passes over targets that come to be refused after it began. Needs READ_DISTRIBUTION_SET and UPDATE_TARGET.',
  })
  assignDistributionSet(
    @Arg('input', () => AssignDistributionSetInput, { description: 'What, to which targets, and how.' })
    input: AssignDistributionSetInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AssignDistributionSetPayload> {
    const work = changeMany(context, 'assign_distribution_set', selected(input));
    return asPlaced(assigned(context, input, work.catch(refuseAsOneAssignment)), TARGETS_AT);
  }
}

async function assigned(
  context: GraphqlContext,
  { distributionSetId }: AssignDistributionSetInput,
  work: Promise<BulkChange>,
): Promise<AssignDistributionSetPayload> {
  const { alreadyAssigned = 0, ...done } = await changedActions(work);
  const read = () => loadDistributionSet(context, distributionSetId);
  return {
    ...done,
    alreadyAssignedCount: alreadyAssigned,
    distributionSet: done.userErrors.length ? null : read,
  };
}

/** The input has the fields of its one assignment beside all else. */
function refuseAsOneAssignment(error: unknown): never {
  throw error instanceof DomainError ? error.below('assignments', '0') : error;
}
