import { Arg, Ctx, Field, InputType, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { DomainError, firstOf } from '../../../errors.ts';
import {
  CONFIGURATION_KEYS,
  type ConfigurationKeyName,
  GATEWAY_TOKEN_KEY,
  isConfigurationKey,
} from '../../../services/platform/tenants/configuration-keys.ts';
import { generateGatewayToken } from '../../../services/platform/tenants/generate-gateway-token.ts';
import { listConfiguration } from '../../../services/platform/tenants/get-configuration.ts';
import { resetConfiguration } from '../../../services/platform/tenants/reset-configuration.ts';
import { setConfiguration } from '../../../services/platform/tenants/set-configuration.ts';
import { typedValue, untypedValue } from '../../../services/platform/tenants/typed-values.ts';
import type { Context } from '../../../services/shared/context.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { Payload } from '../server/errors.ts';
import { findable } from '../server/lookups.ts';
import { payload, payloadOf } from '../server/mutations.ts';
import { Needs } from '../server/needs.ts';
import { Node } from '../server/node.ts';
import { inputTypeOf, outputOf } from './settings.ts';

const KEYS = Object.keys(CONFIGURATION_KEYS).filter(isConfigurationKey);

/** What hawkBit's keys, and Muster's own in their manner, are called here. */
const FIELDS = {
  'authentication.targettoken.enabled': 'targetTokenEnabled',
  'authentication.gatewaytoken.enabled': 'gatewayTokenEnabled',
  'authentication.gatewaytoken.key': 'gatewayToken',
  'authentication.header.enabled': 'certificateHeaderEnabled',
  'authentication.header.authority': 'certificateHeaderIssuers',
  'autoregistration.enabled': 'autoRegistrationEnabled',
  'moved.targets.redirect.enabled': 'movedTargetRedirectEnabled',
  pollingTime: 'pollingTime',
  pollingOverdueTime: 'pollingOverdueTime',
  maintenanceWindowPollCount: 'maintenanceWindowPollCount',
  'rollout.approval.enabled': 'rolloutApprovalEnabled',
  'auto.assignment.approval.enabled': 'autoAssignmentApprovalEnabled',
  'repository.actions.autoclose.enabled': 'actionAutoCloseEnabled',
  'user.confirmation.flow.enabled': 'confirmationFlowEnabled',
  'implicit.lock.enabled': 'implicitLockEnabled',
  'batch.assignments.enabled': 'batchAssignmentsEnabled',
  'action.cleanup.enabled': 'actionCleanupEnabled',
  'action.cleanup.auto.expiry': 'actionCleanupDelay',
  'action.cleanup.auto.status': 'actionCleanupStatuses',
  'action.cleanup.onQuotaHit.percent': 'actionCleanupOnQuotaHitPercent',
  'action.delete.allowed.statuses': 'deletableActionStatuses',
  'audit.retention.days': 'auditRetentionDays',
  'fleet.history.retention.days': 'fleetHistoryRetentionDays',
  'job.retention.days': 'jobRetentionDays',
  'import.retention.days': 'importRetentionDays',
  'hardware.attribute.swupdate': 'hardwareAttributeSwupdate',
  'hardware.attribute.rauc': 'hardwareAttributeRauc',
  'default.ds.type': 'defaultDistributionSetType',
} as const satisfies Record<ConfigurationKeyName, string>;

type FieldName = (typeof FIELDS)[ConfigurationKeyName];

const describe = (key: ConfigurationKeyName) => `${CONFIGURATION_KEYS[key].about} In REST: \`${key}\`.`;

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
  const description = describe(key);
  Field(() => outputOf(key), { description })(TenantConfiguration.prototype, FIELDS[key]);
  if (key === GATEWAY_TOKEN_KEY)
    Needs('READ_GATEWAY_SECURITY_TOKEN')(TenantConfiguration.prototype, FIELDS[key]);
  Field(() => inputTypeOf(key), { nullable: true, description })(
    SetTenantConfigurationInput.prototype,
    FIELDS[key],
  );
}

const TenantConfigurationKey = enumOf<FieldName>(
  'TenantConfigurationKey',
  'What a tenant can configure.',
  Object.fromEntries(KEYS.map((key) => [FIELDS[key], describe(key)])) as Record<FieldName, string>,
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
  keys!: FieldName[];
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
    const given = KEYS.filter((key) => input[FIELDS[key]] !== undefined);
    const values = Object.fromEntries(given.map((key) => [key, input[FIELDS[key]]]));
    const work = setConfiguration(context, values, untypedValue).then(() => () => readSettings(context));
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
    const keys = KEYS.filter((key) => input.keys.includes(FIELDS[key]));
    const work = resetConfiguration(context, keys).then(() => () => readSettings(context));
    return payload('tenantConfiguration', work.catch(refuseAtField));
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
  const settings = entries.map(({ key, value, inherited, ...entry }) => [
    FIELDS[key],
    {
      ...entry,
      value: typedValue(key, value, inherited),
      resetValue: typedValue(key, inherited, inherited),
    },
  ]);
  return { ...Object.fromEntries(settings), id: context.caller.tenantId };
}

/** The service names a key where the input has a field. */
function refuseAtField(error: unknown): never {
  if (!(error instanceof DomainError)) throw error;
  const renamed = error.all.map((one) => {
    const [key = '', ...path] = one.details.path ?? [];
    return isConfigurationKey(key) ? one.at([FIELDS[key], ...path]) : one;
  });
  throw firstOf(renamed);
}
