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
import { deleteDerivationKey } from '../../../services/devices/enrollment/delete-derivation-key.ts';
import {
  type DerivationKey as Entity,
  findDerivationKeys,
  findDerivationKeysById,
} from '../../../services/devices/enrollment/find.ts';
import { setDerivationKey } from '../../../services/devices/enrollment/set-derivation-key.ts';
import { endDerivedTokens } from '../../../services/fleet/targets/end-derived-tokens.ts';
import { Target, type TargetView, targetView } from '../fleet/targets.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { Payload } from '../server/errors.ts';
import { idOf } from '../server/ids.ts';
import { loaderOf } from '../server/loaders.ts';
import { lookup } from '../server/lookups.ts';
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
import { Needs } from '../server/needs.ts';
import { Node } from '../server/node.ts';
import { EnrollmentGroup, type EnrollmentGroupView, enrollmentGroupView } from './enrollment-groups.ts';

const DerivationKeySlot = enumOf<Entity['slot']>(
  'DerivationKeySlot',
  'The place of a derivation key: one can be replaced while the other is in use.',
  { primary: 'The first.', secondary: 'The second.' },
);

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description:
    'A key of an enrollment group that the tokens of its devices are derived from: `base64url(HMAC-SHA256(key, controllerId))`, without padding. The key itself is shown once, when it is set.',
})
class DerivationKey extends Node implements Entity {
  @Field(() => DerivationKeySlot, { description: 'Its place in the group.' })
  slot!: Entity['slot'];

  @Field(() => String, {
    description: 'The first 16 hexadecimal digits of the SHA-256 of the key, to tell it from others.',
  })
  fingerprint!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was set.' })
  createdAt!: Date;

  @Field(() => String, { description: 'Who set it.' })
  createdBy!: string;
}

@InputType({ description: 'What `setDerivationKey` takes.' })
class SetDerivationKeyInput {
  @Field(() => idOf('EnrollmentGroup'), { description: 'Which enrollment group.' })
  groupId!: number;

  @Field(() => DerivationKeySlot, { description: 'In which place.' })
  slot!: Entity['slot'];

  @Field(() => String, {
    nullable: true,
    description: 'The key in hexadecimal, of 32 to 128 bytes; a random one of 32 bytes unless given.',
  })
  key?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `setDerivationKey` answers.' })
class SetDerivationKeyPayload extends Payload {
  @Field(() => EnrollmentGroup, {
    nullable: true,
    description: 'The group as it is now; null where refused.',
  })
  enrollmentGroup!: EnrollmentGroupView | null;

  @Field(() => String, {
    nullable: true,
    description: 'The key in hexadecimal; null where refused. It is shown this once.',
  })
  key!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `endDerivedTokens` answers.' })
class EndDerivedTokensPayload extends Payload {
  @Field(() => Target, { nullable: true, description: 'The target; null where refused.' })
  target!: TargetView | null;
}

const loadDerivationKeys = loaderOf(findDerivationKeys);

lookup('DerivationKey', DerivationKey, {
  needs: 'READ_TENANT_CONFIGURATION',
  find: findDerivationKeysById,
});

@Resolver(() => EnrollmentGroup)
export class DerivationKeyResolver {
  @Needs('READ_TENANT_CONFIGURATION')
  @FieldResolver(() => [DerivationKey], {
    description: 'Its keys that tokens of devices are derived from, the primary one first; two at most.',
  })
  derivationKeys(@Root() { id }: EnrollmentGroupView, @Ctx() context: GraphqlContext): Promise<Entity[]> {
    return loadDerivationKeys(context, id);
  }

  @Mutation(() => SetDerivationKeyPayload, {
    description:
      'Gives an enrollment group a key that the tokens of its devices are derived from. Tokens of the key that was in that place stop working at once. Needs UPDATE_TENANT_CONFIGURATION and READ_GATEWAY_SECURITY_TOKEN.',
  })
  setDerivationKey(
    @Arg('input', () => SetDerivationKeyInput, { description: 'Which group and place, and the key.' })
    input: SetDerivationKeyInput,
    @Ctx() context: GraphqlContext,
  ): Promise<SetDerivationKeyPayload> {
    return answer(
      { enrollmentGroup: null, key: null },
      setDerivationKey(context, input).then(({ group, key }) => ({
        enrollmentGroup: enrollmentGroupView(group),
        key,
      })),
    );
  }

  @Mutation(payloadOf('deleteDerivationKey', DeletePayload), {
    description:
      'Deletes a derivation key. Tokens derived from it stop working at once; those of the other key of the group still do. Needs DELETE_TENANT_CONFIGURATION.',
  })
  deleteDerivationKey(
    @Arg('input', inputOf('deleteDerivationKey', idInput('DerivationKey')), {
      description: 'What to delete.',
    })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'DerivationKey', (id) => deleteDerivationKey(context, { id }));
  }

  @Mutation(() => EndDerivedTokensPayload, {
    description:
      'Ends all tokens that are derived for a target from keys of enrollment groups, at once; its own token still works. Needs UPDATE_TARGET.',
  })
  endDerivedTokens(
    @Arg('input', inputOf('endDerivedTokens', idInput('Target')), { description: 'Which target.' })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<EndDerivedTokensPayload> {
    return payload('target', endDerivedTokens(context, input).then(targetView));
  }
}
