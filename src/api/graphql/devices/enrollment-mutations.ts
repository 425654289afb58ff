import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Field, InputType, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import { createEnrollmentGroup } from '../../../services/devices/enrollment/create.ts';
import { deleteEnrollmentGroup } from '../../../services/devices/enrollment/delete.ts';
import { deleteEnrollmentToken } from '../../../services/devices/enrollment/delete-token.ts';
import type { EnrollmentGroup as Entity } from '../../../services/devices/enrollment/find.ts';
import { MOST_PATTERNS } from '../../../services/devices/enrollment/input.ts';
import { rotateEnrollmentToken } from '../../../services/devices/enrollment/rotate-token.ts';
import { updateEnrollmentGroup } from '../../../services/devices/enrollment/update.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { idOf } from '../server/ids.ts';
import {
  answer,
  DeletePayload,
  deletion,
  type IdInput,
  idInput,
  inputOf,
  payload,
  payloadOf,
} from '../server/mutations.ts';
import { Duration } from '../server/scalars.ts';
import { CertificatePolicyInput } from './certificate-policies.ts';
import {
  EnrollmentGroup,
  EnrollmentGroupTargets,
  type EnrollmentGroupView,
  enrollmentGroupView,
} from './enrollment-groups.ts';

@InputType({ description: 'An attribute that targets are given.' })
class EnrollmentAttributeInput {
  @Field(() => String, { description: 'The key, at most 128 printable ASCII characters.' })
  key!: string;

  @Field(() => String, { description: 'The value, at most 128 printable ASCII characters.' })
  value!: string;
}

@InputType()
abstract class EnrollmentGroupFields {
  @Field(() => String, { nullable: true, description: 'What it is about, at most 512 characters.' })
  description?: string | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Until when its tokens work and it registers devices; null without an end.',
  })
  expiresAt?: Date | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'How many devices it may register, even if many ask at once; null without a limit. Where there was none, the targets it has registered count.',
  })
  registrationLimit?: number | null;

  @Field(() => [String], {
    nullable: true,
    description: `The controllerIds it is for; \`*\` matches any text, for example \`sensor-*\`. Empty for all. At most ${MOST_PATTERNS}.`,
  })
  allowedControllerIds?: string[];

  @Field(() => [String], {
    nullable: true,
    description: `The controllerIds it is not for, in the same way. They take precedence over the allowed ones. At most ${MOST_PATTERNS}.`,
  })
  deniedControllerIds?: string[];

  @Field(() => EnrollmentGroupTargets, {
    nullable: true,
    description: 'Which targets its tokens sign in; for a new group by default those that it registered.',
  })
  appliesTo?: Entity['appliesTo'];

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether its devices are pending until somebody approves them; false by default. When it becomes false, pending ones are registered with their next poll.',
  })
  requiresApproval?: boolean;

  @Field(() => idOf('CertificateAuthority'), {
    nullable: true,
    description:
      'The id of the authority whose certificates register devices by its rules; no other group may name it.',
  })
  certificateAuthorityId?: number | null;

  @Field(() => idOf('TargetType'), {
    nullable: true,
    description: 'The id of the type its targets are given.',
  })
  targetTypeId?: number | null;

  @Field(() => [idOf('TargetTag')], {
    nullable: true,
    description: 'The ids of the tags its targets are given.',
  })
  tagIds?: number[];

  @Field(() => String, {
    nullable: true,
    description: 'The group its targets are put into, at most 256 characters.',
  })
  targetGroup?: string | null;

  @Field(() => [EnrollmentAttributeInput], {
    nullable: true,
    description: 'The attributes its targets are given, at most 100; the devices may overwrite them.',
  })
  attributes?: EnrollmentAttributeInput[];

  @Field(() => CertificatePolicyInput, {
    nullable: true,
    description:
      'On what terms its devices get certificates by EST; null, as for a new group unless given, where they get none. Replaced as a whole.',
  })
  certificatePolicy?: CertificatePolicyInput | null;
}

@InputType({ description: 'What `createEnrollmentGroup` takes.' })
class CreateEnrollmentGroupInput extends EnrollmentGroupFields {
  @Field(() => String, { description: 'Its name, unique in the tenant, at most 128 characters.' })
  name!: string;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Until when its first token works; by default as long as the group.',
  })
  tokenExpiresAt?: Date | null;
}

@InputType({
  description:
    'What `updateEnrollmentGroup` takes. A missing field stays as it is. Null clears a field that may be empty, and is refused for the others.',
})
class UpdateEnrollmentGroupInput extends EnrollmentGroupFields {
  @Field(() => idOf('EnrollmentGroup'), { description: 'Which enrollment group.' })
  id!: number;

  @Field(() => String, { nullable: true, description: 'Its new name.' })
  name?: string;
}

@InputType({ description: 'What `rotateEnrollmentToken` takes.' })
class RotateEnrollmentTokenInput {
  @Field(() => idOf('EnrollmentGroup'), { description: 'Which enrollment group.' })
  groupId!: number;

  @Field(() => Duration, {
    defaultValue: '00:00:00',
    description:
      'How long its other tokens still work, at most a year; by default they end at once. A token that ends sooner still does.',
  })
  overlap!: string;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Until when the new token works; by default as long as the group.',
  })
  expiresAt?: Date | null;
}

@ObjectType()
abstract class EnrollmentTokenPayload extends Payload {
  @Field(() => EnrollmentGroup, {
    nullable: true,
    description: 'The group as it is now; null where refused.',
  })
  enrollmentGroup!: EnrollmentGroupView | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The new token, for `Authorization: GatewayToken …`; null where refused. It is shown this once: only a digest of it is kept.',
  })
  token!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `updateEnrollmentGroup` answers.' })
class UpdateEnrollmentGroupPayload extends Payload {
  @Field(() => EnrollmentGroup, {
    nullable: true,
    description: 'The group as it is now; null where refused.',
  })
  enrollmentGroup!: EnrollmentGroupView | null;
}

@Resolver(() => EnrollmentGroup)
export class EnrollmentMutations {
  @Mutation(payloadOf('createEnrollmentGroup', EnrollmentTokenPayload), {
    description:
      'Creates an enrollment group with its first token. `authentication.gatewaytoken.enabled` is for the default group only; `autoregistration.enabled` is for all groups. Needs CREATE_TENANT_CONFIGURATION and READ_GATEWAY_SECURITY_TOKEN.',
  })
  createEnrollmentGroup(
    @Arg('input', () => CreateEnrollmentGroupInput, { description: 'What to create.' })
    input: CreateEnrollmentGroupInput,
    @Ctx() context: GraphqlContext,
  ): Promise<EnrollmentTokenPayload> {
    return tokenPayload(createEnrollmentGroup(context, input));
  }

  @Mutation(() => UpdateEnrollmentGroupPayload, {
    description:
      'Changes an enrollment group. Takes effect at once, but not on registered targets. Needs UPDATE_TENANT_CONFIGURATION, and READ_GATEWAY_SECURITY_TOKEN to let its tokens sign in all targets.',
  })
  updateEnrollmentGroup(
    @Arg('input', () => UpdateEnrollmentGroupInput, { description: 'What to change.' })
    input: UpdateEnrollmentGroupInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UpdateEnrollmentGroupPayload> {
    const work = updateEnrollmentGroup(context, input);
    return payload('enrollmentGroup', work.then(enrollmentGroupView));
  }

  @Mutation(payloadOf('rotateEnrollmentToken', EnrollmentTokenPayload), {
    description:
      'Gives an enrollment group a new token. Its other tokens end after the overlap. The token of the default group becomes the gateway token. Needs UPDATE_TENANT_CONFIGURATION and READ_GATEWAY_SECURITY_TOKEN.',
  })
  rotateEnrollmentToken(
    @Arg('input', () => RotateEnrollmentTokenInput, { description: 'Which group, and how.' })
    input: RotateEnrollmentTokenInput,
    @Ctx() context: GraphqlContext,
  ): Promise<EnrollmentTokenPayload> {
    const work = rotateEnrollmentToken(context, input);
    return tokenPayload(work);
  }

  @Mutation(payloadOf('deleteEnrollmentGroup', DeletePayload), {
    description:
      'Deletes an enrollment group and its pending targets. Its tokens stop working at once; the targets it registered stay. Needs DELETE_TENANT_CONFIGURATION.',
  })
  deleteEnrollmentGroup(
    @Arg('input', inputOf('deleteEnrollmentGroup', idInput('EnrollmentGroup')), {
      description: 'What to delete.',
    })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'EnrollmentGroup', (id) => deleteEnrollmentGroup(context, { id }));
  }

  @Mutation(payloadOf('deleteEnrollmentToken', DeletePayload), {
    description:
      'Deletes one token of an enrollment group. It stops working at once. Needs DELETE_TENANT_CONFIGURATION.',
  })
  deleteEnrollmentToken(
    @Arg('input', inputOf('deleteEnrollmentToken', idInput('EnrollmentToken')), {
      description: 'What to delete.',
    })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'EnrollmentToken', (id) => deleteEnrollmentToken(context, { id }));
  }
}

const tokenPayload = (work: Promise<{ group: Entity; token: string }>) =>
  answer(
    { enrollmentGroup: null, token: null },
    work.then(({ group, token }) => ({ enrollmentGroup: enrollmentGroupView(group), token })),
  );
