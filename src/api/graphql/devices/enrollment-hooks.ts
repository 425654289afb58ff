import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars';
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
import type { HookAnswer } from '../../../services/devices/enrollment-hooks/answer.ts';
import { clearEnrollmentHook } from '../../../services/devices/enrollment-hooks/clear.ts';
import {
  type EnrollmentHook as Entity,
  findEnrollmentHooks,
} from '../../../services/devices/enrollment-hooks/find.ts';
import { setEnrollmentHook } from '../../../services/devices/enrollment-hooks/set.ts';
import { testEnrollmentHook } from '../../../services/devices/enrollment-hooks/test.ts';
import { formatDuration } from '../../../services/platform/tenants/durations.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { Payload } from '../server/errors.ts';
import { idOf } from '../server/ids.ts';
import { loaderOf } from '../server/loaders.ts';
import { answer, payload, payloadOf } from '../server/mutations.ts';
import { Needs } from '../server/needs.ts';
import { Duration, Url } from '../server/scalars.ts';
import { EnrollmentGroup, type EnrollmentGroupView, enrollmentGroupView } from './enrollment-groups.ts';

const EnrollmentHookFailure = enumOf<Entity['onFailure']>(
  'EnrollmentHookFailure',
  'What becomes of a device while the hook of its group fails.',
  {
    wait: 'It is told to come again later, with 429 and `Retry-After`.',
    hold: 'It is pending, and the hook is asked again later.',
  },
);

const EnrollmentHookDecision = enumOf<HookAnswer['decision']>(
  'EnrollmentHookDecision',
  'What a hook says of a device.',
  {
    allow: 'It becomes a target, or is pending where its group requires an approval.',
    deny: 'It is refused.',
    hold: 'It is pending, until somebody approves it or the hook allows it.',
  },
);

@ObjectType({
  simpleResolvers: true,
  description:
    'What an enrollment group asks before it registers a device, by a signed HTTPS request. The secret that signs is shown once, when it is made.',
})
class EnrollmentHook {
  @Field(() => Url, { description: 'Where it is asked, by POST.' })
  url!: string;

  @Field(() => Duration, { description: 'How long an answer may take.' })
  timeout!: string;

  @Field(() => EnrollmentHookFailure, { description: 'What becomes of a device while it fails.' })
  onFailure!: Entity['onFailure'];

  @Field(() => GraphQLDateTime, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => String, { description: 'Who made it.' })
  createdBy!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was last changed.' })
  lastModifiedAt!: Date;

  @Field(() => String, { description: 'Who changed it last.' })
  lastModifiedBy!: string;
}

const hookView = ({ groupId: _, timeoutSeconds, ...hook }: Entity): EnrollmentHook => ({
  ...hook,
  timeout: formatDuration(timeoutSeconds),
});

@InputType({
  description: 'What `setEnrollmentHook` takes. A missing field stays as it is.',
})
class SetEnrollmentHookInput {
  @Field(() => idOf('EnrollmentGroup'), { description: 'Which enrollment group.' })
  groupId!: number;

  @Field(() => Url, {
    nullable: true,
    description:
      'An https URL; a new hook needs one. It must not lead to a loopback, link-local or private address.',
  })
  url?: string;

  @Field(() => Duration, {
    nullable: true,
    description: 'How long an answer may take, from 1 to 10 seconds; 3 seconds for a new hook.',
  })
  timeout?: string;

  @Field(() => EnrollmentHookFailure, {
    nullable: true,
    description: 'What becomes of a device while it fails; for a new hook, that it comes again later.',
  })
  onFailure?: Entity['onFailure'];

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether it gets a new secret, which the payload shows. A new hook gets one in any case.',
  })
  rotateSecret!: boolean;
}

@InputType({ description: 'What `clearEnrollmentHook` takes.' })
class ClearEnrollmentHookInput {
  @Field(() => idOf('EnrollmentGroup'), { description: 'Which enrollment group.' })
  groupId!: number;
}

@InputType({ description: 'What `testEnrollmentHook` takes.' })
class TestEnrollmentHookInput {
  @Field(() => idOf('EnrollmentGroup'), { description: 'Which enrollment group.' })
  groupId!: number;

  @Field(() => String, { description: 'The controllerId of a device to ask about; there need not be one.' })
  device!: string;
}

@ObjectType()
abstract class GroupPayload extends Payload {
  @Field(() => EnrollmentGroup, {
    nullable: true,
    description: 'The group as it is now; null where refused.',
  })
  enrollmentGroup!: EnrollmentGroupView | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `setEnrollmentHook` answers.' })
class SetEnrollmentHookPayload extends GroupPayload {
  @Field(() => String, {
    nullable: true,
    description: 'A new secret, shown only here. It signs questions as in Standard Webhooks.',
  })
  secret!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `testEnrollmentHook` answers.' })
class TestEnrollmentHookPayload extends Payload {
  @Field(() => EnrollmentHookDecision, {
    nullable: true,
    description: 'What the hook says; null where it failed.',
  })
  decision!: HookAnswer['decision'] | null;

  @Field(() => String, { nullable: true, description: 'The reason that the hook tells.' })
  reason!: string | null;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: 'What it would give the target, as it was understood; null where it failed.',
  })
  given!: HookAnswer['given'] | null;

  @Field(() => String, { nullable: true, description: 'Why the hook failed; null where it did not.' })
  error!: string | null;
}

const loadHook = loaderOf(findEnrollmentHooks);

@Resolver(() => EnrollmentGroup)
export class EnrollmentHookResolver {
  @Needs('READ_TENANT_CONFIGURATION')
  @FieldResolver(() => EnrollmentHook, {
    nullable: true,
    description: 'What it asks before it registers a device; null where it asks nothing.',
  })
  async hook(
    @Root() { id }: EnrollmentGroupView,
    @Ctx() context: GraphqlContext,
  ): Promise<EnrollmentHook | null> {
    const hook = await loadHook(context, id);
    return hook ? hookView(hook) : null;
  }

  @Mutation(() => SetEnrollmentHookPayload, {
    description:
      'Gives an enrollment group a hook, or changes it: before the group registers a device, the hook is asked. Needs UPDATE_TENANT_CONFIGURATION, and READ_TARGET without a scope.',
  })
  setEnrollmentHook(
    @Arg('input', () => SetEnrollmentHookInput, { description: 'Which group, and its hook.' })
    input: SetEnrollmentHookInput,
    @Ctx() context: GraphqlContext,
  ): Promise<SetEnrollmentHookPayload> {
    return answer(
      { enrollmentGroup: null, secret: null },
      setEnrollmentHook(context, input).then(({ group, secret }) => ({
        enrollmentGroup: enrollmentGroupView(group),
        secret,
      })),
    );
  }

  @Mutation(payloadOf('clearEnrollmentHook', GroupPayload), {
    description:
      'Takes the hook from an enrollment group: from now on nothing is asked. Needs DELETE_TENANT_CONFIGURATION.',
  })
  clearEnrollmentHook(
    @Arg('input', () => ClearEnrollmentHookInput, { description: 'Which group.' })
    input: ClearEnrollmentHookInput,
    @Ctx() context: GraphqlContext,
  ): Promise<GroupPayload> {
    return payload('enrollmentGroup', clearEnrollmentHook(context, input).then(enrollmentGroupView));
  }

  @Mutation(() => TestEnrollmentHookPayload, {
    description:
      'Asks the hook of an enrollment group about a device, marked as a test. No device is registered, whatever it says. Needs UPDATE_TENANT_CONFIGURATION, and READ_TARGET without a scope.',
  })
  testEnrollmentHook(
    @Arg('input', () => TestEnrollmentHookInput, { description: 'Which group, and about which device.' })
    input: TestEnrollmentHookInput,
    @Ctx() context: GraphqlContext,
  ): Promise<TestEnrollmentHookPayload> {
    return answer(
      { decision: null, reason: null, given: null, error: null },
      testEnrollmentHook(context, input).then((test) => ({
        decision: test.answer?.decision ?? null,
        reason: test.answer?.reason ?? null,
        given: test.answer?.given ?? null,
        error: test.error,
      })),
    );
  }
}
