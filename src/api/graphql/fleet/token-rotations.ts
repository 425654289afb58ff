import { GraphQLDateTime } from 'graphql-scalars';
import {
  Arg,
  Args,
  Ctx,
  Field,
  FieldResolver,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { listPendingTokenRotations } from '../../../services/fleet/targets/find.ts';
import { rotateTargetToken } from '../../../services/fleet/targets/rotate-token.ts';
import {
  type TokenRotation as Entity,
  findTokenRotations,
} from '../../../services/fleet/targets/token-rotation.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { loaderOf } from '../server/loaders.ts';
import { findable } from '../server/lookups.ts';
import { idInput, payload, payloadOf } from '../server/mutations.ts';
import { Needs } from '../server/needs.ts';
import { Node } from '../server/node.ts';
import { connection, listCost } from '../server/pagination.ts';
import { Duration } from '../server/scalars.ts';
import { ChangedTargetsPayload, changeSelected, SelectedTargetsInput } from './selected-targets.ts';
import { Target, TargetConnection, TargetsArgs, type TargetView, targetView } from './targets.ts';

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: 'A new security token that its device has not used yet.',
})
class TokenRotation extends Node implements Entity {
  @Field(() => GraphQLDateTime, { description: 'When the target got its new token.' })
  rotatedAt!: Date;

  @Field(() => String, { description: 'Who gave it.' })
  rotatedBy!: string;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'When the last token before it stops working, unless the new one is used sooner; null where they stopped at once.',
  })
  overlapEndsAt!: Date | null;
}

const OVERLAP =
  'How long the token before still works, at most a year; it ends sooner when the new one is first used. By default it ends at once.';

@InputType({ description: 'What `rotateTargetToken` takes.' })
class RotateTargetTokenInput extends idInput('Target') {
  @Field(() => String, {
    nullable: true,
    description: 'The new token, at most 128 printable ASCII characters; a random one unless given.',
  })
  securityToken?: string | null;

  @Field(() => Duration, { defaultValue: '00:00:00', description: OVERLAP })
  overlap!: string;
}

@ObjectType({ simpleResolvers: true, description: 'What `rotateTargetToken` answers.' })
class RotateTargetTokenPayload extends Payload {
  @Field(() => Target, { nullable: true, description: 'The target with its new token; null where refused.' })
  target!: TargetView | null;
}

@InputType({ description: 'What `rotateTargetTokens` takes.' })
class RotateTargetTokensInput extends SelectedTargetsInput {
  @Field(() => Duration, { defaultValue: '00:00:00', description: OVERLAP })
  overlap!: string;
}

const loadTokenRotation = loaderOf(findTokenRotations);

findable('TokenRotation', { find: findTokenRotations });

@Resolver(() => Target)
export class TokenRotationResolver {
  @Needs('READ_TARGET')
  @FieldResolver(() => TokenRotation, {
    nullable: true,
    description: 'Its new security token that the device has not used yet; null once it has.',
  })
  tokenRotation(@Root() { id }: TargetView, @Ctx() context: GraphqlContext): Promise<TokenRotation | null> {
    return loadTokenRotation(context, id);
  }

  @Query(() => TargetConnection, {
    description:
      'Lists the targets whose devices never used their new security token; other filters ask for them by `tokenRotationPending==true`. Needs READ_TARGET.',
    complexity: listCost,
  })
  async pendingTokenRotations(@Args(() => TargetsArgs) args: TargetsArgs, @Ctx() context: GraphqlContext) {
    return connection(await listPendingTokenRotations(context, args), targetView);
  }

  @Mutation(() => RotateTargetTokenPayload, {
    description:
      'Gives a target a new security token; the old one stops working at once, or with an overlap when the new one is first used. Needs UPDATE_TARGET.',
  })
  rotateTargetToken(
    @Arg('input', () => RotateTargetTokenInput, { description: 'Which target, and how.' })
    input: RotateTargetTokenInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RotateTargetTokenPayload> {
    return payload('target', rotateTargetToken(context, input).then(targetView));
  }

  @Mutation(payloadOf('rotateTargetTokens', ChangedTargetsPayload), {
    description:
      'Gives many targets a new random security token each; none where one of those named is missing. The new ones can be read and exported with READ_TARGET_SECURITY_TOKEN. Needs UPDATE_TARGET.',
  })
  rotateTargetTokens(
    @Arg('input', () => RotateTargetTokensInput, { description: 'Which targets, and how.' })
    input: RotateTargetTokensInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ChangedTargetsPayload> {
    return changeSelected(context, 'rotate_target_tokens', input);
  }
}
