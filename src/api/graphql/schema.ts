import 'reflect-metadata';
import {
  defaultFieldResolver,
  type GraphQLSchema,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { ActionEventResolver } from './action-events.ts';
import { ActionMutations } from './action-mutations.ts';
import { ActionResolver, TargetDeploymentResolver } from './actions.ts';
import { ActionsPayloadResolver } from './actions-payload.ts';
import { ApiKeyResolver } from './api-keys.ts';
import { ArtifactResolver, ModuleArtifactsResolver } from './artifacts.ts';
import { DistributionSetAssignment } from './assign-distribution-set.ts';
import { AuditEventResolver } from './audit-events.ts';
import { AutoAssignmentMutations } from './auto-assignment-mutations.ts';
import { AssigningFilterResolver, AutoAssignmentResolver } from './auto-assignments.ts';
import { AutoConfirmResolver } from './auto-confirm.ts';
import { CertificateAuthorityResolver } from './certificate-authorities.ts';
import { CompatibilityResolver } from './compatibility.ts';
import { DistributionSetMutations } from './distribution-set-mutations.ts';
import { DistributionSetTagResolver, TagsOfSetsResolver } from './distribution-set-tags.ts';
import { DistributionSetTypeResolver } from './distribution-set-types.ts';
import { DistributionSetResolver } from './distribution-sets.ts';
import { EnrollmentGroupResolver, TargetEnrollmentResolver } from './enrollment-groups.ts';
import { EnrollmentMutations } from './enrollment-mutations.ts';
import { FleetResolver } from './fleet.ts';
import { ImportProgressResolver } from './import-progress.ts';
import { PendingTargetResolver } from './pending-targets.ts';
import { RoleResolver } from './roles.ts';
import { RolloutGroupResolver, RolloutGroupsResolver } from './rollout-groups.ts';
import { RolloutMutations } from './rollout-mutations.ts';
import { RolloutProgressResolver } from './rollout-progress.ts';
import { ActionRolloutResolver, RolloutResolver } from './rollouts.ts';
import { SetDeploymentResolver } from './set-deployments.ts';
import { SetStatisticsResolver } from './set-statistics.ts';
import { DistributionSetMetadataResolver, SoftwareModuleMetadataResolver } from './software-metadata.ts';
import { SoftwareModuleTypeResolver } from './software-module-types.ts';
import { SoftwareModuleResolver } from './software-modules.ts';
import { SubscriptionResolver } from './subscriptions.ts';
import { TargetAssignments } from './target-assignments.ts';
import { TargetFilterResolver } from './target-filters.ts';
import { TargetMetadataResolver } from './target-metadata.ts';
import { TargetMutations } from './target-mutations.ts';
import { TargetTagResolver } from './target-tags.ts';
import { TargetTypeResolver } from './target-types.ts';
import { TargetResolver } from './targets.ts';
import { TenantConfigurationResolver } from './tenant-configuration.ts';
import { TenantResolver } from './tenants.ts';
import { TokenRotationResolver } from './token-rotations.ts';
import { UserResolver } from './users.ts';
import { ViewerResolver } from './viewer.ts';
import { WebhookDeliveryResolver } from './webhook-deliveries.ts';
import { WebhookResolver } from './webhooks.ts';

/** The schema, made of the classes and their decorators. */
export function buildSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      TargetResolver,
      TargetMutations,
      TokenRotationResolver,
      TargetEnrollmentResolver,
      EnrollmentGroupResolver,
      EnrollmentMutations,
      PendingTargetResolver,
      TargetMetadataResolver,
      AutoConfirmResolver,
      TargetFilterResolver,
      AssigningFilterResolver,
      AutoAssignmentResolver,
      AutoAssignmentMutations,
      TargetTypeResolver,
      TargetTagResolver,
      TargetAssignments,
      SoftwareModuleTypeResolver,
      SoftwareModuleResolver,
      ArtifactResolver,
      ModuleArtifactsResolver,
      SoftwareModuleMetadataResolver,
      DistributionSetTypeResolver,
      DistributionSetResolver,
      DistributionSetMutations,
      SetStatisticsResolver,
      DistributionSetMetadataResolver,
      DistributionSetTagResolver,
      TagsOfSetsResolver,
      CompatibilityResolver,
      ActionResolver,
      ActionsPayloadResolver,
      ActionEventResolver,
      DistributionSetAssignment,
      ActionMutations,
      TargetDeploymentResolver,
      SetDeploymentResolver,
      RolloutResolver,
      RolloutGroupsResolver,
      RolloutGroupResolver,
      RolloutMutations,
      RolloutProgressResolver,
      ActionRolloutResolver,
      FleetResolver,
      SubscriptionResolver,
      ImportProgressResolver,
      TenantConfigurationResolver,
      CertificateAuthorityResolver,
      UserResolver,
      RoleResolver,
      ApiKeyResolver,
      TenantResolver,
      AuditEventResolver,
      WebhookResolver,
      WebhookDeliveryResolver,
      ViewerResolver,
    ],
    validate: false,
    // It insists on having one, though every subscription brings its own source.
    pubSub: { publish() {}, subscribe: () => (async function* () {})() },
  });
  schema.getQueryType()!.description = 'What can be read.';
  schema.getMutationType()!.description =
    'What can be changed. Each takes one `input` and answers with a payload.';
  schema.getSubscriptionType()!.description =
    'What can be watched, by graphql-ws on the path of all else. Sign in by `connectionParams.authorization`, as in the header of that name, or by that header.';
  resolveConnections(schema);
  return schema;
}

/** The parts of a connection are functions: compiled queries call them only where there is a resolver. */
function resolveConnections(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap()))
    if (isObjectType(type) && type.name.endsWith('Connection'))
      for (const field of Object.values(type.getFields())) field.resolve ??= defaultFieldResolver;
}

/** The text of `schema.graphql`, in an order that doesn't depend on that of the code. */
export const schemaText = (): string => `${printSchema(lexicographicSortSchema(buildSchema()))}\n`;
