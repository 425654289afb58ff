import { GraphQLDateTime } from 'graphql-scalars';
import { Field, InputType, Int } from 'type-graphql';
import type { Rollout as Entity } from '../../../services/deployments/rollouts/rollout.ts';
import { idOf } from '../server/ids.ts';
import { idInput } from '../server/mutations.ts';
import { OneOf } from '../server/selections.ts';
import { ForceType } from './actions.ts';
import { RolloutSuccessAction } from './rollout-groups.ts';

@InputType({ description: 'When a group counts as done, or as failed, and what then.' })
abstract class RolloutConditionsInput {
  @Field(() => Int, {
    nullable: true,
    description: 'When so many percent of its targets are done, `successAction` happens; 50 unless given.',
  })
  successThreshold?: number | null;

  @Field(() => RolloutSuccessAction, {
    nullable: true,
    description: 'What then happens; NEXT_GROUP unless given.',
  })
  successAction?: 'NEXTGROUP' | 'PAUSE' | null;

  @Field(() => Int, {
    nullable: true,
    description: 'When it failed on more percent of its targets, the rollout pauses; 50 unless given.',
  })
  errorThreshold?: number | null;
}

@InputType({
  description: 'One group of a rollout; what conditions it does not name are as the rollout has them.',
})
class RolloutGroupInput extends RolloutConditionsInput {
  @Field(() => String, { description: 'Its name, unique in the rollout, at most 128 characters.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is about, at most 512 characters.' })
  description?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "RSQL: which of the rollout's targets, but for those in groups before; any unless given.",
  })
  filter?: string | null;

  @Field(() => Number, {
    nullable: true,
    description: 'How many percent of all that match it takes; 100 unless given.',
  })
  percentage?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether devices are asked before, where the tenant asks; as for the rollout unless given.',
  })
  confirmationRequired?: boolean | null;
}

@InputType({ description: 'How the groups are that take in targets which appear later.' })
class DynamicRolloutGroupInput {
  @Field(() => String, { nullable: true, description: 'The suffix of the names of these groups.' })
  nameSuffix?: string | null;

  @Field(() => Int, { description: 'How many targets each takes before the next group starts.' })
  targetCount!: number;
}

@OneOf()
@InputType({ description: 'How targets are shared out: either into groups of one size, or into given ones.' })
class RolloutGroupsInput {
  @Field(() => Int, { nullable: true, description: 'Into how many groups of the same size.' })
  count?: number;

  @Field(() => [RolloutGroupInput], {
    nullable: true,
    description: 'The groups in the order in which they start; together they must contain every target.',
  })
  each?: RolloutGroupInput[];
}

@InputType({ description: 'What `createRollout` takes.' })
export class CreateRolloutInput extends RolloutConditionsInput {
  @Field(() => String, { description: 'Its name, unique in the tenant, at most 128 characters.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is about, at most 512 characters.' })
  description?: string | null;

  @Field(() => idOf('DistributionSet'), {
    description: 'Which distribution set; it must be complete, and is locked.',
  })
  distributionSetId!: number;

  @Field(() => String, { description: 'RSQL: which targets; at least one must match.' })
  filter!: string;

  @Field(() => RolloutGroupsInput, {
    nullable: true,
    description: 'Its groups; one for all unless given.',
  })
  groups?: RolloutGroupsInput | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether targets that appear later are taken in. Not together with given groups.',
  })
  dynamic?: boolean | null;

  @Field(() => DynamicRolloutGroupInput, {
    nullable: true,
    description: 'How the groups for these are; as the last one unless given.',
  })
  dynamicGroup?: DynamicRolloutGroupInput | null;

  @Field(() => ForceType, {
    nullable: true,
    description: 'How devices are to take the update; FORCED unless given.',
  })
  forceType?: Entity['forceType'] | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'From when on it is forced, where it is TIME_FORCED; at once unless given.',
  })
  forcedAt?: Date | null;

  @Field(() => Int, { nullable: true, description: 'From 0 to 1000; 1000 unless given.' })
  weight?: number | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it starts by itself; unless given, somebody has to start it.',
  })
  startAt?: Date | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether devices are asked before, where the tenant asks; as the tenant is set unless given.',
  })
  confirmationRequired?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether it also reaches targets that do not match the `targetFilter` of the set: otherwise they are left out, and it is refused if there are no others.',
  })
  ignoreTargetFilter?: boolean | null;
}

@InputType({ description: 'What `updateRollout` takes. A missing field stays as it is.' })
export class UpdateRolloutInput extends idInput('Rollout') {
  @Field(() => String, { nullable: true, description: 'Its new name.' })
  name?: string;

  @Field(() => String, { nullable: true, description: 'Its new description; null clears it.' })
  description?: string | null;
}

@InputType({ description: 'A decision on a rollout.' })
export abstract class RolloutDecisionInput extends idInput('Rollout') {
  @Field(() => String, { nullable: true, description: 'What there is to say, at most 255 characters.' })
  remark?: string | null;
}
