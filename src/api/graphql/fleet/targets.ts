import { type GraphQLResolveInfo, Kind } from 'graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  Info,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { findTagsOfTargets } from '../../../services/fleet/target-tags/find.ts';
import { findAttributes } from '../../../services/fleet/targets/attributes.ts';
import { findTargets, findTargetsById, listTargets } from '../../../services/fleet/targets/find.ts';
import type { TargetOrderField as OrderField } from '../../../services/fleet/targets/order.ts';
import type { Target as Entity } from '../../../services/fleet/targets/target.ts';
import { orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { loaderOfLists } from '../server/loaders.ts';
import { lookup } from '../server/lookups.ts';
import { Needs } from '../server/needs.ts';
import { Node } from '../server/node.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';
import { TargetTag } from './target-tags.ts';
import { loadTargetType, TargetType } from './target-types.ts';

const UpdateStatus = enumOf<Entity['updateStatus']>('UpdateStatus', 'How far a target is with its updates.', {
  unknown: 'Nothing is known: it has not reported since an update was last canceled or forced.',
  registered: 'It is registered, and no update was ever assigned.',
  pending: 'An update is assigned and not finished.',
  in_sync: 'It runs what was assigned.',
  error: 'Its last update failed.',
});

@ObjectType({ simpleResolvers: true, description: 'What a device says of itself: a key with its value.' })
export class Attribute {
  @Field(() => String, { description: 'The key, unique in the target.' })
  key!: string;

  @Field(() => String, { description: 'The value.' })
  value!: string;
}

const CredentialKind = enumOf<NonNullable<Entity['registeredWith']>>(
  'CredentialKind',
  'What a device signs in with.',
  {
    target_token: 'A token of its own.',
    derived_token: 'A token that is derived for it from a key of an enrollment group.',
    gateway_token: 'The gateway token, which all devices of the tenant share.',
    group_token: 'A token of another enrollment group, which its devices share.',
    certificate: 'A certificate, in the TLS handshake.',
    proxy_certificate: 'A certificate that a trusted proxy has checked.',
  },
);

@ObjectType({ simpleResolvers: true, description: 'What a device signed in with last.' })
class TargetCredential {
  @Field(() => CredentialKind, { description: 'What kind it is of.' })
  kind!: NonNullable<Entity['registeredWith']>;

  @Field(() => GraphQLDateTime, { description: 'When it was last used.' })
  lastUsedAt!: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it expires; null where it does not, or where a proxy has checked it.',
  })
  expiresAt!: Date | null;
}

@ObjectType({ simpleResolvers: true, implements: Node, description: "A device's record." })
export class Target extends Node {
  @Field(() => String, { description: 'Its name on the wire, unique in the tenant and for good.' })
  controllerId!: string;

  @Field(() => String, { description: 'Its name for people; the controllerId unless given.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is about.' })
  description!: string | null;

  @Field(() => String, { nullable: true, description: 'Where it was last heard from, as a URI.' })
  address!: string | null;

  @Field(() => String, { nullable: true, description: 'The group it belongs to.' })
  group!: string | null;

  @Field(() => UpdateStatus, { description: 'How far it is with its updates.' })
  updateStatus!: Entity['updateStatus'];

  @Needs('READ_TARGET_SECURITY_TOKEN')
  @Field(() => String, { nullable: true, description: 'What the device signs in with.' })
  securityToken!: string | null;

  @Field(() => Boolean, { description: 'Whether the device is asked to send its attributes.' })
  requestAttributes!: boolean;

  @Needs('READ_TARGET')
  @Field(() => [Attribute], {
    description: 'What the device says of itself, in the order of the keys.',
  })
  attributes!: Attribute[];

  @Field(() => TargetType, {
    nullable: true,
    description: 'Its type; null also where READ_TARGET_TYPE does not reach it.',
  })
  targetType!: TargetType | null;

  @Needs('READ_TARGET')
  @Field(() => [TargetTag], { description: 'Its tags, in the order of the names.' })
  tags!: TargetTag[];

  @Field(() => GraphQLDateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => String, { description: 'Who created it.' })
  createdBy!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was changed last; a poll is no change.' })
  lastModifiedAt!: Date;

  @Field(() => String, { description: 'Who changed it last.' })
  lastModifiedBy!: string;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the device polled last; null until it has.',
  })
  lastControllerRequestAt!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the device should poll next; null until it has polled.',
  })
  nextExpectedRequestAt!: Date | null;

  @Field(() => Boolean, { description: 'Whether the next poll is late by more than the overdue time.' })
  overdue!: boolean;

  @Field(() => TargetCredential, {
    nullable: true,
    description: 'What the device signed in with last; null until it has.',
  })
  credential!: TargetCredential | null;

  @Field(() => CredentialKind, {
    nullable: true,
    description: 'What the device registered itself with; null where somebody created the target.',
  })
  registeredWith!: Entity['registeredWith'];

  @Field(() => String, {
    nullable: true,
    description: 'Where the device registered itself from, as a URI; null where somebody created the target.',
  })
  registeredFrom!: string | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'When two devices were last suspected to use its controllerId, because their polls alternate; told again after a day. Null where it never was.',
  })
  sharingSuspectedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When an update was installed last.' })
  installedAt!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'When another tenant took its device over: since then it is only the history of that device. Null while it is here.',
  })
  movedAt!: Date | null;
}

/** What a target is taken to have of each, for the cost of a query. */
const USUAL_ATTRIBUTES = 10;
const USUAL_TAGS = 2;

@ArgsType()
export class TargetsArgs extends orderedArgs<OrderField>(
  'Target',
  'targets',
  {
    controllerId: 'By the controllerId.',
    name: 'By the name.',
    description: 'By the description.',
    group: 'By the group.',
    updateStatus: 'By the update status, alphabetically.',
    address: 'By the address.',
    createdAt: 'By the time of creation.',
    createdBy: 'By who created it.',
    lastModifiedAt: 'By the time of the last change.',
    lastModifiedBy: 'By who changed it last.',
    lastControllerRequestAt: 'By the time of the last poll.',
    nextExpectedRequestAt: 'By the time of the next expected poll.',
    overdue: 'By whether they are overdue: in ascending order those that are come last.',
    targetType: 'By the name of the target type.',
  },
  'by controllerId',
) {}

export const { Connection: TargetConnection } = connectionTypes('Target', 'targets', Target);

/** A target with its polling state among its fields. What has a loader is resolved below. */
export type TargetView = Omit<Target, 'attributes' | 'tags' | 'targetType'> &
  Pick<Entity, 'id' | 'targetType' | 'enrollmentGroupId'>;

export function targetView(target: Entity): TargetView {
  const { poll } = target;
  return {
    id: target.id,
    controllerId: target.controllerId,
    name: target.name,
    description: target.description,
    group: target.group,
    address: target.address,
    targetType: target.targetType,
    securityToken: target.securityToken,
    requestAttributes: target.requestAttributes,
    updateStatus: target.updateStatus,
    installedAt: target.installedAt,
    movedAt: target.movedAt,
    enrollmentGroupId: target.enrollmentGroupId,
    credential: target.credential,
    registeredWith: target.registeredWith,
    registeredFrom: target.registeredFrom,
    sharingSuspectedAt: target.sharingSuspectedAt,
    createdAt: target.createdAt,
    createdBy: target.createdBy,
    lastModifiedAt: target.lastModifiedAt,
    lastModifiedBy: target.lastModifiedBy,
    lastControllerRequestAt: poll?.lastRequestAt ?? null,
    nextExpectedRequestAt: poll?.nextExpectedRequestAt ?? null,
    overdue: poll?.overdue ?? false,
  };
}

const asksOnly = ({ fieldNodes }: GraphQLResolveInfo, names: readonly string[]) =>
  fieldNodes.every(({ selectionSet }) =>
    selectionSet?.selections.every((one) => one.kind === Kind.FIELD && names.includes(one.name.value)),
  );

const loadAttributes = loaderOfLists(findAttributes);
const loadTags = loaderOfLists(findTagsOfTargets);

lookup('Target', Target, { needs: 'READ_TARGET', find: findTargetsById, view: targetView });

@Resolver(() => Target)
export class TargetResolver {
  @Query(() => Target, {
    nullable: true,
    description: 'The target of that controllerId; null where there is none. Needs READ_TARGET.',
  })
  async targetByControllerId(
    @Arg('controllerId', () => String, { description: 'Its name on the wire.' }) controllerId: string,
    @Ctx() context: GraphqlContext,
  ): Promise<TargetView | null> {
    const [found] = await findTargets(context, [controllerId]);
    return found ? targetView(found) : null;
  }

  @Query(() => TargetConnection, { description: 'Lists targets. Needs READ_TARGET.', complexity: listCost })
  async targets(@Args(() => TargetsArgs) args: TargetsArgs, @Ctx() context: GraphqlContext) {
    return connection(await listTargets(context, args), targetView);
  }

  @FieldResolver(() => [Attribute], {
    complexity: ({ childComplexity }) => 1 + USUAL_ATTRIBUTES * childComplexity,
  })
  attributes(@Root() { id }: TargetView, @Ctx() context: GraphqlContext): Promise<Attribute[]> {
    return loadAttributes(context, id);
  }

  @FieldResolver(() => TargetType, { nullable: true })
  targetType(
    @Root() { targetType }: TargetView,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<TargetType | null> | TargetView['targetType'] {
    // What every target is read with is mostly enough.
    return targetType && !asksOnly(info, ['id', 'number', 'name'])
      ? loadTargetType(context, targetType.id)
      : targetType;
  }

  @FieldResolver(() => [TargetTag], {
    complexity: ({ childComplexity }) => 1 + USUAL_TAGS * childComplexity,
  })
  tags(@Root() { id }: TargetView, @Ctx() context: GraphqlContext): Promise<TargetTag[]> {
    return loadTags(context, id);
  }
}
