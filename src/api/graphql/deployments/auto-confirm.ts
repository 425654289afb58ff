import { GraphQLDateTime } from 'graphql-scalars';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  InputType,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import {
  type AutoConfirm as Entity,
  findAutoConfirm,
} from '../../../services/deployments/auto-confirm/find.ts';
import { ChangedTargetsPayload, changeSelected, SelectedTargetsInput } from '../fleet/selected-targets.ts';
import { Target, type TargetView } from '../fleet/targets.ts';
import type { GraphqlContext } from '../server/context.ts';
import { loaderOf } from '../server/loaders.ts';
import { payloadOf } from '../server/mutations.ts';
import { Needs } from '../server/needs.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'Whether the actions of a target are confirmed without asking.',
})
class AutoConfirm implements Entity {
  @Field(() => Boolean, {
    description: 'Whether they are; of effect only while the tenant has the confirmation flow enabled.',
  })
  active!: boolean;

  @Field(() => String, { nullable: true, description: 'Who wanted it; null where nobody was named.' })
  initiator!: string | null;

  @Field(() => String, { nullable: true, description: 'Why; null if no reason was given.' })
  remark!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Since when; null while it is not active.' })
  activatedAt!: Date | null;
}

@InputType({ description: 'What `setAutoConfirm` takes.' })
class SetAutoConfirmInput extends SelectedTargetsInput {
  @Field(() => Boolean, { description: 'Whether to activate or to deactivate it.' })
  active!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Who wants the activation, at most 64 characters.',
  })
  initiator?: string | null;

  @Field(() => String, { nullable: true, description: 'Why, at most 512 characters.' })
  remark?: string | null;
}

const loadAutoConfirm = loaderOf(findAutoConfirm);

@Resolver(() => Target)
export class AutoConfirmResolver {
  @Needs('READ_TARGET')
  @FieldResolver(() => AutoConfirm, {
    description: 'Whether its actions are confirmed without asking.',
  })
  autoConfirm(@Root() { id }: TargetView, @Ctx() context: GraphqlContext): Promise<AutoConfirm> {
    return loadAutoConfirm(context, id);
  }

  @Mutation(payloadOf('setAutoConfirm', ChangedTargetsPayload), {
    description:
      'Activates or deactivates auto-confirmation; of no target where one of those named is missing. Where it is so already it stays as it is, with initiator and remark. Needs UPDATE_TARGET.',
  })
  setAutoConfirm(
    @Arg('input', () => SetAutoConfirmInput, { description: 'What to do, and to which targets.' })
    input: SetAutoConfirmInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ChangedTargetsPayload> {
    return changeSelected(context, 'set_auto_confirm', input);
  }
}
