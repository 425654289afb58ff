import { GraphQLDateTime } from 'graphql-scalars';
import {
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { findCertificateAuthorities } from '../../../services/devices/certificate-authorities/find.ts';
import type { EnrollmentGroupOrderField as OrderField } from '../../../services/devices/enrollment/fields.ts';
import {
  countRegistered,
  type EnrollmentGroup as Entity,
  findEnrollmentGroups,
  findEnrollmentTokens,
  findEnrollmentTokensById,
  findTagsOfGroups,
  type EnrollmentToken as Token,
} from '../../../services/devices/enrollment/find.ts';
import { listEnrollmentGroups } from '../../../services/devices/enrollment/list.ts';
import { TargetTag } from '../fleet/target-tags.ts';
import { loadTargetType, TargetType } from '../fleet/target-types.ts';
import { Attribute, Target, type TargetView } from '../fleet/targets.ts';
import { AuthoredNumberedNode, orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { loaderOf } from '../server/loaders.ts';
import { lookup } from '../server/lookups.ts';
import { Needs } from '../server/needs.ts';
import { Node } from '../server/node.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';
import { CertificateAuthority } from './certificate-authorities.ts';

export const EnrollmentGroupTargets = enumOf<Entity['appliesTo']>(
  'EnrollmentGroupTargets',
  'Which targets the tokens of an enrollment group sign in.',
  {
    registered: 'Those that the group registered.',
    all: 'All targets of the tenant.',
  },
);

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: 'A token of an enrollment group. The token itself is shown once, when it is created.',
})
class EnrollmentToken extends Node implements Token {
  @Field(() => String, {
    description: 'How the token begins, to tell it from others; empty for a former gateway token.',
  })
  prefix!: string;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Until when it works; null if it works as long as the group.',
  })
  expiresAt!: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => String, { description: 'Who made it.' })
  createdBy!: string;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'How unknown devices become targets: a device that shows one of its tokens, as `Authorization: GatewayToken …`, or a certificate of its authority, is registered by its rules.',
})
export class EnrollmentGroup extends AuthoredNumberedNode {
  @Field(() => String, { description: 'Its name, unique in the tenant.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is about.' })
  description!: string | null;

  @Field(() => Boolean, {
    description:
      'Whether it is the one that each tenant has: its token is the gateway token of the configuration, and its tokens work only while `authentication.gatewaytoken.enabled`.',
  })
  isDefault!: boolean;

  @Needs('READ_TENANT_CONFIGURATION')
  @Field(() => [EnrollmentToken], {
    description:
      'Its tokens, the oldest first. For the default group only former gateway tokens that still work.',
  })
  tokens!: Token[];

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Until when its tokens work and it registers devices; null without an end.',
  })
  expiresAt!: Date | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How many devices it may register; null without a limit.',
  })
  registrationLimit!: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'How many registrations count against the limit, including those of deleted targets; null without a limit.',
  })
  registrationCount!: number | null;

  @Needs('READ_TARGET')
  @Field(() => Int, {
    description: 'How many existing targets it registered.',
  })
  targetCount!: number;

  @Field(() => [String], {
    description: 'The controllerIds it is for; `*` matches any text. Empty for all.',
  })
  allowedControllerIds!: string[];

  @Field(() => [String], {
    description:
      'The controllerIds it is not for; `*` matches any text. They take precedence over the allowed ones.',
  })
  deniedControllerIds!: string[];

  @Field(() => EnrollmentGroupTargets, { description: 'Which targets its tokens sign in.' })
  appliesTo!: Entity['appliesTo'];

  @Field(() => Boolean, { description: 'Whether its devices are pending until somebody approves them.' })
  requiresApproval!: boolean;

  @Needs('READ_TENANT_CONFIGURATION')
  @Field(() => CertificateAuthority, {
    nullable: true,
    description: 'The authority whose certificates register devices by its rules.',
  })
  certificateAuthority!: CertificateAuthority | null;

  @Needs('READ_TARGET_TYPE')
  @Field(() => TargetType, {
    nullable: true,
    description: 'The type its targets are given.',
  })
  targetType!: TargetType | null;

  @Needs('READ_TARGET')
  @Field(() => [TargetTag], {
    description: 'The tags its targets are given, in the order of the names.',
  })
  tags!: TargetTag[];

  @Field(() => String, { nullable: true, description: 'The group its targets are put into.' })
  targetGroup!: string | null;

  @Field(() => [Attribute], {
    description: 'The attributes its targets are given, in the order of the keys.',
  })
  attributes!: Attribute[];
}

/** A group with what has no loader. */
export type EnrollmentGroupView = Omit<
  EnrollmentGroup,
  'tokens' | 'tags' | 'targetType' | 'certificateAuthority' | 'targetCount'
> &
  Pick<Entity, 'targetTypeId' | 'certificateAuthorityId' | 'certificatePolicy'>;

export const enrollmentGroupView = ({
  registrations,
  attributes,
  ...group
}: Entity): EnrollmentGroupView => ({
  ...group,
  registrationCount: group.registrationLimit === null ? null : registrations,
  attributes: Object.keys(attributes)
    .sort()
    .map((key) => ({ key, value: attributes[key]! })),
});

@ArgsType()
class EnrollmentGroupsArgs extends orderedArgs<OrderField>('EnrollmentGroup', 'enrollment groups', {
  id: 'By the identifier, which is also the order of creation.',
  name: 'By the name.',
  expiresAt: 'By the time until which they work.',
  createdAt: 'By the time of creation.',
  createdBy: 'By who created them.',
  lastModifiedAt: 'By the time of the last change.',
}) {}

const { Connection: EnrollmentGroupConnection } = connectionTypes(
  'EnrollmentGroup',
  'enrollment groups',
  EnrollmentGroup,
);

const loadTokens = loaderOf(findEnrollmentTokens);
const countTargets = loaderOf(countRegistered);
const loadTags = loaderOf(findTagsOfGroups);
const loadAuthority = loaderOf(findCertificateAuthorities);
export const loadEnrollmentGroup = loaderOf(findEnrollmentGroups);

lookup('EnrollmentGroup', EnrollmentGroup, {
  needs: 'READ_TENANT_CONFIGURATION',
  find: findEnrollmentGroups,
  view: enrollmentGroupView,
});

lookup('EnrollmentToken', EnrollmentToken, {
  needs: 'READ_TENANT_CONFIGURATION',
  find: findEnrollmentTokensById,
});

@Resolver(() => EnrollmentGroup)
export class EnrollmentGroupResolver {
  @Query(() => EnrollmentGroupConnection, {
    description: 'Lists enrollment groups. Needs READ_TENANT_CONFIGURATION.',
    complexity: listCost,
  })
  async enrollmentGroups(
    @Args(() => EnrollmentGroupsArgs) args: EnrollmentGroupsArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await listEnrollmentGroups(context, args), enrollmentGroupView);
  }

  @FieldResolver(() => [EnrollmentToken])
  tokens(@Root() { id }: EnrollmentGroupView, @Ctx() context: GraphqlContext): Promise<Token[]> {
    return loadTokens(context, id);
  }

  @FieldResolver(() => Int)
  targetCount(@Root() { id }: EnrollmentGroupView, @Ctx() context: GraphqlContext): Promise<number> {
    return countTargets(context, id);
  }

  @FieldResolver(() => [TargetTag])
  tags(@Root() { id }: EnrollmentGroupView, @Ctx() context: GraphqlContext): Promise<TargetTag[]> {
    return loadTags(context, id);
  }

  @FieldResolver(() => TargetType, { nullable: true })
  targetType(
    @Root() { targetTypeId }: EnrollmentGroupView,
    @Ctx() context: GraphqlContext,
  ): Promise<TargetType | null> | null {
    return targetTypeId === null ? null : loadTargetType(context, targetTypeId);
  }

  @FieldResolver(() => CertificateAuthority, { nullable: true })
  certificateAuthority(
    @Root() { certificateAuthorityId }: EnrollmentGroupView,
    @Ctx() context: GraphqlContext,
  ): Promise<CertificateAuthority | null> | null {
    return certificateAuthorityId === null ? null : loadAuthority(context, certificateAuthorityId);
  }
}

@Resolver(() => Target)
export class TargetEnrollmentResolver {
  @Needs('READ_TENANT_CONFIGURATION')
  @FieldResolver(() => EnrollmentGroup, {
    nullable: true,
    description: 'The enrollment group that registered it; null where none did, or it is gone.',
  })
  async enrollmentGroup(
    @Root() { enrollmentGroupId }: TargetView,
    @Ctx() context: GraphqlContext,
  ): Promise<EnrollmentGroupView | null> {
    const group = enrollmentGroupId === null ? null : await loadEnrollmentGroup(context, enrollmentGroupId);
    return group && enrollmentGroupView(group);
  }
}
