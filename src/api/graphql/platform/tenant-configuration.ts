import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import {
  Arg,
  type ClassType,
  Ctx,
  Field,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
} from 'type-graphql';
import { DomainError } from '../../../errors.ts';
import {
  CONFIGURATION_KEYS,
  type ConfigurationKey,
  type ConfigurationKeyName,
  type ConfigurationValue,
  isConfigurationKey,
} from '../../../services/platform/tenants/configuration-keys.ts';
import { generateGatewayToken } from '../../../services/platform/tenants/generate-gateway-token.ts';
import {
  listConfiguration,
  type SettingOrigin,
} from '../../../services/platform/tenants/get-configuration.ts';
import { resetConfiguration } from '../../../services/platform/tenants/reset-configuration.ts';
import { setConfiguration } from '../../../services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../services/shared/context.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { Payload } from '../server/errors.ts';
import { idOf } from '../server/ids.ts';
import { findable } from '../server/lookups.ts';
import { payload, payloadOf } from '../server/mutations.ts';
import { Needs } from '../server/needs.ts';
import { Node } from '../server/node.ts';

const KEYS = Object.keys(CONFIGURATION_KEYS).filter(isConfigurationKey);

/** `action.cleanup.onQuotaHit.percent` is the field `actionCleanupOnQuotaHitPercent`. */
const fieldOf = (key: string) => key.replace(/\.(.)/g, (_, letter: string) => letter.toUpperCase());
const describe = (key: ConfigurationKeyName) => `${CONFIGURATION_KEYS[key].about} Key: \`${key}\`.`;

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
  @Field(() => GraphQLSafeInt, { description: 'The value.' })
  value!: number;

  @Field(() => GraphQLSafeInt, { description: `${RESET}.` })
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

@ObjectType({
  simpleResolvers: true,
  description: 'The value of a key that names an entity of the tenant.',
})
class IdSetting extends Setting {
  @Field(() => idOf('DistributionSetType'), { description: 'The value.' })
  value!: number;
}

const OUTPUT: Record<ConfigurationKey['kind'], ClassType> = {
  boolean: BooleanSetting,
  integer: IntegerSetting,
  text: TextSetting,
  id: IdSetting,
};
const INPUT = { boolean: Boolean, integer: GraphQLSafeInt, text: String, id: idOf('DistributionSetType') };

/** By the name of the field, with the id of the tenant. */
type Settings = { id: number } & Record<string, unknown>;

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: "The tenant's configuration, a field for every key.",
})
class TenantConfiguration extends Node {}

@InputType({
  description:
    'What `setTenantConfiguration` takes: a field for every key. A missing field stays as it is; null is refused: `resetTenantConfiguration` clears a key.',
})
class SetTenantConfigurationInput {
  [field: string]: unknown;
}

for (const key of KEYS) {
  const { kind } = CONFIGURATION_KEYS[key];
  const description = describe(key);
  Field(() => OUTPUT[kind], { description })(TenantConfiguration.prototype, fieldOf(key));
  if (key === 'authentication.gatewaytoken.key')
    Needs('READ_GATEWAY_SECURITY_TOKEN')(TenantConfiguration.prototype, fieldOf(key));
  Field(() => INPUT[kind], { nullable: true, description })(
    SetTenantConfigurationInput.prototype,
    fieldOf(key),
  );
}

const TenantConfigurationKey = enumOf<ConfigurationKeyName>(
  'TenantConfigurationKey',
  'What a tenant can configure.',
  Object.fromEntries(KEYS.map((key) => [key, describe(key)])) as Record<ConfigurationKeyName, string>,
);

@ObjectType({ simpleResolvers: true, description: 'What a change of the configuration answers.' })
abstract class ConfigurationPayload extends Payload {
  @Needs('READ_TENANT_CONFIGURATION')
  @Field(() => TenantConfiguration, {
    nullable: true,
    description: 'The configuration as it is now; null where refused.',
  })
  tenantConfiguration!: (() => Promise<Settings>) | null;
}

@InputType({ description: 'What `resetTenantConfiguration` takes.' })
class ResetTenantConfigurationInput {
  @Field(() => [TenantConfigurationKey], { description: 'Which keys.' })
  keys!: ConfigurationKeyName[];
}

@InputType({ description: 'What `generateGatewayToken` takes.' })
class GenerateGatewayTokenInput {
  @Field(() => String, {
    nullable: true,
    description: 'The new token, at most 128 printable ASCII characters; a random one unless given.',
  })
  token?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `generateGatewayToken` answers.' })
class GenerateGatewayTokenPayload extends Payload {
  @Field(() => String, { nullable: true, description: 'The new token; null where refused.' })
  token!: string | null;
}

/** A tenant has one, with the tenant's number. */
findable('TenantConfiguration', {
  find: async (context: Context, ids: readonly number[]) => {
    const { tenantId } = context.caller;
    const own = ids.includes(tenantId) ? await readSettings(context) : undefined;
    return ids.map((id) => (id === tenantId ? own : undefined));
  },
});

@Resolver(() => TenantConfiguration)
export class TenantConfigurationResolver {
  @Query(() => TenantConfiguration, {
    description: "The tenant's configuration. Needs READ_TENANT_CONFIGURATION.",
  })
  tenantConfiguration(@Ctx() context: GraphqlContext): Promise<Settings> {
    return readSettings(context);
  }

  @Mutation(payloadOf('setTenantConfiguration', ConfigurationPayload), {
    description:
      'Sets keys of the tenant, all or none. Needs UPDATE_TENANT_CONFIGURATION, and for the gateway token READ_GATEWAY_SECURITY_TOKEN.',
  })
  setTenantConfiguration(
    @Arg('input', () => SetTenantConfigurationInput, { description: 'The keys with their new values.' })
    input: SetTenantConfigurationInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ConfigurationPayload> {
    const given = KEYS.filter((key) => input[fieldOf(key)] !== undefined);
    const values = Object.fromEntries(given.map((key) => [key, input[fieldOf(key)]]));
    const work = setConfiguration(context, values).then(() => () => readSettings(context));
    return payload('tenantConfiguration', work.catch(refuseAtField));
  }

  @Mutation(payloadOf('resetTenantConfiguration', ConfigurationPayload), {
    description: 'Lets the tenant inherit keys again. Needs DELETE_TENANT_CONFIGURATION.',
  })
  resetTenantConfiguration(
    @Arg('input', () => ResetTenantConfigurationInput, { description: 'What to reset.' })
    input: ResetTenantConfigurationInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ConfigurationPayload> {
    const work = resetConfiguration(context, input.keys).then(() => () => readSettings(context));
    return payload('tenantConfiguration', work);
  }

  @Mutation(() => GenerateGatewayTokenPayload, {
    description:
      'Gives the tenant a new gateway token; the old one stops working at once. Needs UPDATE_TENANT_CONFIGURATION and READ_GATEWAY_SECURITY_TOKEN.',
  })
  generateGatewayToken(
    @Arg('input', () => GenerateGatewayTokenInput, {
      description: 'The token to set, if not a random one.',
    })
    input: GenerateGatewayTokenInput,
    @Ctx() context: GraphqlContext,
  ): Promise<GenerateGatewayTokenPayload> {
    const work = generateGatewayToken(context, input).then(({ token }) => token);
    return payload('token', work);
  }
}

async function readSettings(context: Context): Promise<Settings> {
  const entries = await listConfiguration(context);
  const settings = entries.map(
    (entry) =>
      [
        fieldOf(entry.key),
        {
          ...entry,
          value: shownValue(entry.key, entry.value),
          resetValue: shownValue(entry.key, entry.inherited),
        },
      ] as const,
  );
  return { ...Object.fromEntries(settings), id: context.caller.tenantId };
}

/** Without a gateway token there is none; an empty one is no token. */
const shownValue = (key: ConfigurationKeyName, value: ConfigurationValue) =>
  key === 'authentication.gatewaytoken.key' && value === '' ? null : value;

/** The service names a key where the input has a field. */
function refuseAtField(error: unknown): never {
  if (!(error instanceof DomainError)) throw error;
  const { code, message, details } = error;
  throw new DomainError(code, message, { ...details, path: details.path?.map(fieldOf) });
}
