import { Arg, Ctx, Field, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import { assignModules, removeModules } from '../../../services/software/distribution-sets/assign-modules.ts';
import { createDistributionSets } from '../../../services/software/distribution-sets/create.ts';
import { deleteDistributionSet } from '../../../services/software/distribution-sets/delete.ts';
import {
  type CANCELLATIONS,
  invalidateDistributionSet,
} from '../../../services/software/distribution-sets/invalidate.ts';
import { updateDistributionSet } from '../../../services/software/distribution-sets/update.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { Payload } from '../server/errors.ts';
import { idOf } from '../server/ids.ts';
import {
  BulkInput,
  creation,
  DeletePayload,
  deletion,
  type IdInput,
  idInput,
  inputOf,
  payload,
  payloadOf,
} from '../server/mutations.ts';
import { type TypeChoice, typeChoiceOf, withType } from '../server/selections.ts';
import { DistributionSet } from './distribution-sets.ts';

const DistributionSetTypeChoice = typeChoiceOf('DistributionSetType');

@InputType({ description: 'A distribution set to create.' })
class DistributionSetInput {
  @Field(() => DistributionSetTypeChoice, {
    nullable: true,
    description:
      'Its type; by default the one that `defaultDistributionSetType` of the tenant configuration names.',
  })
  type?: TypeChoice | null;

  @Field(() => String, { description: 'Its name, at most 128 characters.' })
  name!: string;

  @Field(() => String, { description: 'Its version, at most 64 characters.' })
  version!: string;

  @Field(() => String, { nullable: true, description: 'What it is about, at most 512 characters.' })
  description?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether devices must install it before they install a later set; false by default.',
  })
  requiredMigrationStep?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is locked at once; false by default.' })
  locked?: boolean | null;

  @Field(() => [idOf('SoftwareModule')], { defaultValue: [], description: 'Its modules, at most 100.' })
  moduleIds!: number[];

  @Field(() => String, {
    nullable: true,
    description:
      'RSQL: the targets that it is for, at most 1024 characters; null for all. Unless given, it is what the files of the modules say, if devices report the attribute that this compares; of the first 100 sets of an input.',
  })
  targetFilter?: string | null;
}

@InputType({ description: 'What `createDistributionSets` takes.' })
class CreateDistributionSetsInput extends BulkInput {
  @Field(() => [DistributionSetInput], { description: 'The sets to create.' })
  distributionSets!: DistributionSetInput[];
}

@ObjectType({ simpleResolvers: true, description: 'What `createDistributionSets` answers.' })
class CreateDistributionSetsPayload extends Payload {
  @Field(() => [DistributionSet], { description: 'The created sets, in the order of the input.' })
  distributionSets!: DistributionSet[];
}

@InputType({ description: 'What `updateDistributionSet` takes; what is missing stays as it is.' })
class UpdateDistributionSetInput extends idInput('DistributionSet') {
  @Field(() => String, { nullable: true, description: 'Its new name.' })
  name?: string;

  @Field(() => String, { nullable: true, description: 'Its new version.' })
  version?: string;

  @Field(() => String, { nullable: true, description: 'Its new description; null for none.' })
  description?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether devices must install it before they install a later set. It cannot change while the set is locked.',
  })
  requiredMigrationStep?: boolean;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True locks it and its modules, which must be complete; false unlocks only the set.',
  })
  locked?: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'RSQL: the targets that it is for; null for all. It counts for what is assigned from now on: actions that there are stay.',
  })
  targetFilter?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What changes of a distribution set answer.' })
abstract class DistributionSetPayload extends Payload {
  @Field(() => DistributionSet, { nullable: true, description: 'The set as it is now; null where refused.' })
  distributionSet!: DistributionSet | null;
}

@InputType({ description: 'Which modules of which set.' })
abstract class ModulesInput extends idInput('DistributionSet') {
  @Field(() => [idOf('SoftwareModule')], { description: 'Which software modules.' })
  moduleIds!: number[];
}

@InputType({ description: 'What `assignSoftwareModules` takes.' })
class AssignSoftwareModulesInput extends ModulesInput {
  @Field(() => Boolean, {
    defaultValue: true,
    description:
      'Whether a set without `targetFilter` gets the one that the files of its modules say, if devices report the attribute that this compares.',
  })
  fillTargetFilter!: boolean;
}

type Cancellation = (typeof CANCELLATIONS)[number];
const ActionCancellation = enumOf<Cancellation>(
  'ActionCancellation',
  'What happens to the actions of a set that is invalidated.',
  {
    NONE: 'They continue.',
    SOFT: 'Their devices are asked to stop.',
    FORCE: 'They end at once, without waiting for the devices.',
  },
);

@InputType({ description: 'What `invalidateDistributionSet` takes.' })
class InvalidateDistributionSetInput extends idInput('DistributionSet') {
  @Field(() => ActionCancellation, { description: 'What happens to running actions.' })
  cancelActions!: Cancellation;
}

@Resolver()
export class DistributionSetMutations {
  @Mutation(() => CreateDistributionSetsPayload, {
    description: 'Creates distribution sets. Needs CREATE_DISTRIBUTION_SET.',
  })
  createDistributionSets(
    @Arg('input', () => CreateDistributionSetsInput, { description: 'What to create, and how.' })
    input: CreateDistributionSetsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateDistributionSetsPayload> {
    const distributionSets = input.distributionSets.map(withType);
    return creation(
      'distributionSets',
      createDistributionSets(context, { ...input, distributionSets, fillTargetFilters: true }),
    );
  }

  @Mutation(payloadOf('updateDistributionSet', DistributionSetPayload), {
    description: 'Changes a distribution set, locks or unlocks it. Needs UPDATE_DISTRIBUTION_SET.',
  })
  updateDistributionSet(
    @Arg('input', () => UpdateDistributionSetInput, { description: 'What to change.' })
    input: UpdateDistributionSetInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DistributionSetPayload> {
    const work = updateDistributionSet(context, input);
    return payload('distributionSet', work);
  }

  @Mutation(payloadOf('assignSoftwareModules', DistributionSetPayload), {
    description:
      'Puts modules into a distribution set. Where it can have no more modules of a type, the oldest one is removed. Needs UPDATE_DISTRIBUTION_SET.',
  })
  assignSoftwareModules(
    @Arg('input', () => AssignSoftwareModulesInput, { description: 'Which modules into which set.' })
    input: AssignSoftwareModulesInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DistributionSetPayload> {
    return payload('distributionSet', assignModules(context, input));
  }

  @Mutation(payloadOf('removeSoftwareModules', DistributionSetPayload), {
    description: 'Takes modules out of a distribution set. Needs UPDATE_DISTRIBUTION_SET.',
  })
  removeSoftwareModules(
    @Arg('input', inputOf('removeSoftwareModules', ModulesInput), {
      description: 'Which modules out of which set.',
    })
    input: ModulesInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DistributionSetPayload> {
    return payload('distributionSet', removeModules(context, input));
  }

  @Mutation(payloadOf('invalidateDistributionSet', DistributionSetPayload), {
    description:
      'Makes a distribution set invalid, which cannot be undone: it can no longer be changed or assigned. Needs UPDATE_DISTRIBUTION_SET.',
  })
  invalidateDistributionSet(
    @Arg('input', () => InvalidateDistributionSetInput, { description: 'Which set, and how.' })
    input: InvalidateDistributionSetInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DistributionSetPayload> {
    const work = invalidateDistributionSet(context, input);
    return payload('distributionSet', work);
  }

  @Mutation(payloadOf('deleteDistributionSet', DeletePayload), {
    description:
      'Deletes a distribution set. A set that history refers to is only marked as deleted. Needs DELETE_DISTRIBUTION_SET.',
  })
  deleteDistributionSet(
    @Arg('input', inputOf('deleteDistributionSet', idInput('DistributionSet')), {
      description: 'What to delete.',
    })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'DistributionSet', (id) => deleteDistributionSet(context, { id }));
  }
}
