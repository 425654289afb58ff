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
import { claimTarget } from '../../../services/fleet/claims/claim.ts';
import { claimTargets } from '../../../services/fleet/claims/claim-many.ts';
import { type ClaimCode as Entity, findClaimCodes } from '../../../services/fleet/claims/codes.ts';
import { createClaimCode } from '../../../services/fleet/claims/create-code.ts';
import { releaseMany } from '../../../services/jobs/release-targets.ts';
import { changedMany } from '../jobs/payloads.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { idOf } from '../server/ids.ts';
import { loaderOf } from '../server/loaders.ts';
import { findable } from '../server/lookups.ts';
import { answer, idInput, payload, payloadOf } from '../server/mutations.ts';
import { Needs } from '../server/needs.ts';
import { Node } from '../server/node.ts';
import { Duration } from '../server/scalars.ts';
import { asPlaced } from '../server/selections.ts';
import {
  ChangedTargetsPayload,
  changeSelected,
  SelectedTargetsInput,
  selected,
  TARGETS_AT,
} from './selected-targets.ts';
import { Target, type TargetView, targetView } from './targets.ts';

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: 'That another tenant may take a target over by a code. The code itself is not kept.',
})
class ClaimCode extends Node implements Entity {
  @Field(() => GraphQLDateTime, { description: 'When it expires.' })
  expiresAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => String, { description: 'Who made it.' })
  createdBy!: string;
}

const EXPIRES_AT = {
  nullable: true,
  description: 'When the code expires: in a week unless given, in a year (366 days) at the latest.',
} as const;
const CODE = 'The code: it is shown only here. Whoever has it gets the device.';

@InputType({ description: 'What `createClaimCode` takes.' })
class CreateClaimCodeInput extends idInput('Target') {
  @Field(() => GraphQLDateTime, EXPIRES_AT)
  expiresAt?: Date | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `createClaimCode` answers.' })
class CreateClaimCodePayload extends Payload {
  @Field(() => String, { nullable: true, description: `${CODE} Null where refused.` })
  code!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it expires; null where refused.' })
  expiresAt!: Date | null;
}

@InputType({ description: 'What `releaseTargets` takes.' })
class ReleaseTargetsInput extends SelectedTargetsInput {
  @Field(() => GraphQLDateTime, EXPIRES_AT)
  expiresAt?: Date | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `releaseTargets` answers.' })
class ReleaseTargetsPayload extends ChangedTargetsPayload {
  @Field(() => String, {
    nullable: true,
    description: `${CODE} It is for each of the targets, once. Null where nothing is released.`,
  })
  code!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it expires; null where refused.' })
  expiresAt!: Date | null;
}

@InputType({ description: 'What `endClaimCodes` takes.' })
class EndClaimCodesInput extends SelectedTargetsInput {}

@InputType({ description: 'What `claimTarget` takes.' })
class ClaimTargetInput {
  @Field(() => String, {
    description:
      'The code that the former owner gave. Case and spaces at its ends do not count; O is read as 0, I and L as 1.',
  })
  code!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Which target; needed only where the code is for several, as that of `releaseTargets` may be.',
  })
  controllerId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The group it is to belong to, at most 256 characters.',
  })
  group?: string | null;

  @Field(() => idOf('TargetType'), { nullable: true, description: 'The id of its type here.' })
  targetTypeId?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Its new security token, at most 128 printable ASCII characters; a random one unless given.',
  })
  securityToken?: string | null;

  @Field(() => Duration, {
    defaultValue: '720:00:00',
    description:
      'How long what the device signed in with before still works, at most a year, 30 days unless given; it ends sooner when the new token is first used.',
  })
  overlap!: string;
}

@ObjectType({ simpleResolvers: true, description: 'What `claimTarget` answers.' })
class ClaimTargetPayload extends Payload {
  @Field(() => Target, { nullable: true, description: 'The target with its new token; null where refused.' })
  target!: TargetView | null;
}

@InputType({ description: 'What `claimTargets` takes.' })
class ClaimTargetsInput {
  @Field(() => String, { description: 'The code that the former owner gave, as for `claimTarget`.' })
  code!: string;

  @Field(() => [String], {
    description: 'Which targets, at most 100: the code is for several, as that of `releaseTargets`.',
  })
  controllerIds!: string[];

  @Field(() => String, {
    nullable: true,
    description: 'The group they are to belong to, at most 256 characters.',
  })
  group?: string | null;

  @Field(() => idOf('TargetType'), { nullable: true, description: 'The id of their type here.' })
  targetTypeId?: number | null;

  @Field(() => Duration, {
    defaultValue: '720:00:00',
    description:
      'How long what the devices sign in with before still works, at most a year, 30 days unless given; for each it ends sooner when its new token is first used.',
  })
  overlap!: string;
}

@ObjectType({ simpleResolvers: true, description: 'What `claimTargets` answers.' })
class ClaimTargetsPayload extends Payload {
  @Field(() => [Target], {
    nullable: true,
    description: 'The targets, each with its new token, by controllerId; null where refused.',
  })
  targets!: TargetView[] | null;
}

const NOTHING = { code: null, expiresAt: null };

const loadClaimCode = loaderOf(findClaimCodes);

findable('ClaimCode', { find: findClaimCodes });

@Resolver(() => Target)
export class ClaimResolver {
  @Needs('READ_TARGET')
  @FieldResolver(() => ClaimCode, {
    nullable: true,
    description: 'That another tenant may take it over by a code now; null where none may.',
  })
  claimCode(@Root() { id }: TargetView, @Ctx() context: GraphqlContext): Promise<ClaimCode | null> {
    return loadClaimCode(context, id);
  }

  @Mutation(() => CreateClaimCodePayload, {
    description:
      'Makes a code by which another tenant may take a target over, once, by `claimTarget`. A code that was made before ends. Needs DELETE_TARGET and UPDATE_TARGET.',
  })
  createClaimCode(
    @Arg('input', () => CreateClaimCodeInput, { description: 'Of which target, and until when.' })
    input: CreateClaimCodeInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateClaimCodePayload> {
    return answer(NOTHING, createClaimCode(context, input));
  }

  @Mutation(payloadOf('releaseTargets', ReleaseTargetsPayload), {
    description:
      'Makes one code by which another tenant may take over many targets, each once, by `claimTarget` with the controllerId. Codes that were made before for them end. Needs DELETE_TARGET and UPDATE_TARGET.',
  })
  async releaseTargets(
    @Arg('input', () => ReleaseTargetsInput, { description: 'Which targets, and until when.' })
    input: ReleaseTargetsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ReleaseTargetsPayload> {
    const work = releaseMany(context, selected(input));
    const changed = await asPlaced(changedMany(work), TARGETS_AT);
    const { code, expiresAt } = await work.catch(() => NOTHING);
    return { ...changed, code, expiresAt };
  }

  @Mutation(payloadOf('endClaimCodes', ChangedTargetsPayload), {
    description:
      'Ends the codes by which targets may be taken over; a target that has moved stays moved. Needs UPDATE_TARGET.',
  })
  endClaimCodes(
    @Arg('input', () => EndClaimCodesInput, { description: 'Of which targets.' })
    input: EndClaimCodesInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ChangedTargetsPayload> {
    return changeSelected(context, 'end_claim_codes', input);
  }

  @Mutation(() => ClaimTargetPayload, {
    description:
      'Takes over a target of another tenant by its code: the device gets a target here with a new security token, and the former owner keeps the history. Wrong codes are throttled. Needs CREATE_TARGET.',
  })
  claimTarget(
    @Arg('input', () => ClaimTargetInput, { description: 'By which code, and how.' })
    input: ClaimTargetInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ClaimTargetPayload> {
    return payload('target', claimTarget(context, input).then(targetView));
  }

  @Mutation(() => ClaimTargetsPayload, {
    description:
      'Takes over several targets of another tenant by one code, all or none, each as `claimTarget` does and with a security token of its own. Wrong codes are throttled. Needs CREATE_TARGET.',
  })
  claimTargets(
    @Arg('input', () => ClaimTargetsInput, { description: 'By which code, which of them, and how.' })
    input: ClaimTargetsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ClaimTargetsPayload> {
    const work = claimTargets(context, input).then((claimed) => claimed.map(targetView));
    return payload('targets', work);
  }
}
