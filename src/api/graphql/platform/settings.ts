import { GraphQLDateTime } from 'graphql-scalars';
import { type ClassType, Field, Int, ObjectType } from 'type-graphql';
import {
  CONFIGURATION_KEYS,
  type ConfigurationKey,
  type ConfigurationKeyName,
  type SettingForm,
} from '../../../services/platform/tenants/configuration-keys.ts';
import type { SettingOrigin } from '../../../services/platform/tenants/get-configuration.ts';
import { type Action, ActionStatus } from '../deployments/actions.ts';
import { enumOf } from '../server/enums.ts';
import { idOf } from '../server/ids.ts';
import { Duration } from '../server/scalars.ts';
import { PollingTime, PollingTimeInput } from './polling-time.ts';

const RESET = 'The value that a reset gives';

const Origin = enumOf<SettingOrigin>('SettingOrigin', 'Where the value of a setting comes from.', {
  default: "Muster's own: nobody set it.",
  environment: 'The environment or the properties file of the server.',
  tenant: 'The tenant set it itself.',
});

@ObjectType({
  simpleResolvers: true,
  description: 'The value of a configuration key, where it comes from, and who set it when.',
})
abstract class Setting {
  @Field(() => Origin, { description: 'Where the value comes from.' })
  origin!: SettingOrigin;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it was first set; null unless the tenant did.',
  })
  createdAt?: Date | null;

  @Field(() => String, { nullable: true, description: 'Who set it first; null unless the tenant did.' })
  createdBy?: string | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it was last set; null unless the tenant did.',
  })
  lastModifiedAt?: Date | null;

  @Field(() => String, { nullable: true, description: 'Who set it last; null unless the tenant did.' })
  lastModifiedBy?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The value of a key that is on or off.' })
class BooleanSetting extends Setting {
  @Field(() => Boolean, { description: 'The value.' })
  value!: boolean;

  @Field(() => Boolean, { description: `${RESET}.` })
  resetValue!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'The value of a key that is a whole number.' })
class IntegerSetting extends Setting {
  @Field(() => Int, { description: 'The value.' })
  value!: number;

  @Field(() => Int, { description: `${RESET}.` })
  resetValue!: number;
}

@ObjectType({ simpleResolvers: true, description: 'The value of a key that is a text.' })
class TextSetting extends Setting {
  @Field(() => String, {
    nullable: true,
    description: 'The value; null for the gateway token if none is set.',
  })
  value!: string | null;

  @Field(() => String, { nullable: true, description: `${RESET}; null for the gateway token.` })
  resetValue!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The value of a key that is a list of texts.' })
class TextsSetting extends Setting {
  @Field(() => [String], { description: 'The value.' })
  value!: string[];

  @Field(() => [String], { description: `${RESET}.` })
  resetValue!: string[];
}

@ObjectType({
  simpleResolvers: true,
  description: 'The value of a key that is a list of statuses of actions.',
})
class ActionStatusesSetting extends Setting {
  @Field(() => [ActionStatus], { description: 'The value.' })
  value!: Action['status'][];

  @Field(() => [ActionStatus], { description: `${RESET}.` })
  resetValue!: Action['status'][];
}

@ObjectType({ simpleResolvers: true, description: 'The value of a key that is a duration.' })
class DurationSetting extends Setting {
  @Field(() => Duration, { nullable: true, description: 'The value, in whole seconds; null for never.' })
  value!: string | null;

  @Field(() => Duration, { nullable: true, description: `${RESET}; null for never.` })
  resetValue!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The value of `pollingTime`.' })
class PollingTimeSetting extends Setting {
  @Field(() => PollingTime, { description: 'The value.' })
  value!: PollingTime;

  @Field(() => PollingTime, { description: `${RESET}.` })
  resetValue!: PollingTime;
}

@ObjectType({
  simpleResolvers: true,
  description: 'The value of a key that names an entity of the tenant.',
})
class IdSetting extends Setting {
  @Field(() => idOf('DistributionSetType'), { description: 'The value.' })
  value!: number;
}

type Shape = ConfigurationKey['kind'] | SettingForm;

const OUTPUT: Record<Shape, ClassType> = {
  boolean: BooleanSetting,
  integer: IntegerSetting,
  text: TextSetting,
  id: IdSetting,
  words: TextsSetting,
  statuses: ActionStatusesSetting,
  duration: DurationSetting,
  milliseconds: DurationSetting,
  pollingTime: PollingTimeSetting,
};
const INPUT = {
  boolean: Boolean,
  integer: Int,
  text: String,
  id: idOf('DistributionSetType'),
  words: [String],
  statuses: [ActionStatus],
  duration: Duration,
  milliseconds: Duration,
  pollingTime: PollingTimeInput,
} as const satisfies Record<Shape, unknown>;

const shapeOf = (key: ConfigurationKeyName): Shape => {
  const { form, kind }: ConfigurationKey = CONFIGURATION_KEYS[key];
  return form ?? kind;
};

/** The type of a key's field in answers. */
export const outputOf = (key: ConfigurationKeyName): ClassType => OUTPUT[shapeOf(key)];

/** The type of a key's field in inputs. */
export const inputTypeOf = (key: ConfigurationKeyName) => INPUT[shapeOf(key)];
