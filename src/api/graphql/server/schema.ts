import 'reflect-metadata';
import {
  defaultFieldResolver,
  type GraphQLSchema,
  isInputObjectType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { ApiKeyResolver } from '../access/api-keys.ts';
import { RoleResolver } from '../access/roles.ts';
import { SignInOptionsResolver } from '../access/sign-in-options.ts';
import { UserResolver } from '../access/users.ts';
import { ViewerResolver } from '../access/viewer.ts';
import { VIEWER_CAN_RESOLVERS } from '../access/viewer-can.ts';
import { ActionEventResolver } from '../deployments/action-events.ts';
import { ActionMutations } from '../deployments/action-mutations.ts';
import { ActionResolver, TargetDeploymentResolver } from '../deployments/actions.ts';
import { ActionsPayloadResolver } from '../deployments/actions-payload.ts';
import { DistributionSetAssignment } from '../deployments/assign-distribution-set.ts';
import { AutoAssignmentMutations } from '../deployments/auto-assignment-mutations.ts';
import { AssigningFilterResolver, AutoAssignmentResolver } from '../deployments/auto-assignments.ts';
import { AutoConfirmResolver } from '../deployments/auto-confirm.ts';
import { RolloutGroupResolver, RolloutGroupsResolver } from '../deployments/rollout-groups.ts';
import { RolloutMutations } from '../deployments/rollout-mutations.ts';
import { RolloutProgressResolver } from '../deployments/rollout-progress.ts';
import { ActionRolloutResolver, RolloutResolver } from '../deployments/rollouts.ts';
import { SetDeploymentResolver } from '../deployments/set-deployments.ts';
import { TimelineResolver } from '../deployments/timeline.ts';
import { CertificateAuthorityResolver } from '../devices/certificate-authorities.ts';
import { CertificatePolicyResolver } from '../devices/certificate-policies.ts';
import { DerivationKeyResolver } from '../devices/derivation-keys.ts';
import { EnrollmentGroupResolver, TargetEnrollmentResolver } from '../devices/enrollment-groups.ts';
import { EnrollmentHookResolver } from '../devices/enrollment-hooks.ts';
import { EnrollmentMutations } from '../devices/enrollment-mutations.ts';
import { IssuingAuthorityResolver } from '../devices/issuing-authorities.ts';
import { NextPollAnswerResolver } from '../devices/next-poll-answer.ts';
import { PendingTargetResolver } from '../devices/pending-targets.ts';
import { PendingTargetsChangedResolver } from '../devices/pending-targets-changed.ts';
import { CertificatesOfTargetResolver, TargetCertificateResolver } from '../devices/target-certificates.ts';
import { ClaimResolver } from '../fleet/claims.ts';
import { TargetFacetsResolver } from '../fleet/facets.ts';
import { FleetResolver } from '../fleet/fleet.ts';
import { FleetHistoryResolver } from '../fleet/history.ts';
import { ImportUploadResolver } from '../fleet/import-uploads.ts';
import { ImportResolver } from '../fleet/imports.ts';
import { ChangedTargetsResolver } from '../fleet/selected-targets.ts';
import { TargetAssignments } from '../fleet/target-assignments.ts';
import { TargetEventResolver } from '../fleet/target-events.ts';
import { TargetFilterResolver } from '../fleet/target-filters.ts';
import { TargetGroupResolver } from '../fleet/target-groups.ts';
import { TargetMetadataResolver } from '../fleet/target-metadata.ts';
import { TargetMutations } from '../fleet/target-mutations.ts';
import { TargetTagResolver } from '../fleet/target-tags.ts';
import { TargetTypeResolver } from '../fleet/target-types.ts';
import { TargetResolver } from '../fleet/targets.ts';
import { TokenRotationResolver } from '../fleet/token-rotations.ts';
import { JobResolver } from '../jobs/jobs.ts';
import { AuditEventAddedResolver } from '../platform/audit-event-added.ts';
import { AuditEventResolver } from '../platform/audit-events.ts';
import { FilterLanguageResolver } from '../platform/filter-language.ts';
import { TenantConfigurationResolver } from '../platform/tenant-configuration.ts';
import { TenantQuotaResolver } from '../platform/tenant-quotas.ts';
import { TenantResolver } from '../platform/tenants.ts';
import { WebhookDeliveryResolver } from '../platform/webhook-deliveries.ts';
import { WebhookResolver } from '../platform/webhooks.ts';
import { ArtifactResolver, ModuleArtifactsResolver } from '../software/artifacts.ts';
import { CompatibilityResolver } from '../software/compatibility.ts';
import { DistributionSetMutations } from '../software/distribution-set-mutations.ts';
import { DistributionSetTagResolver, TagsOfSetsResolver } from '../software/distribution-set-tags.ts';
import { DistributionSetTypeResolver } from '../software/distribution-set-types.ts';
import { DistributionSetResolver } from '../software/distribution-sets.ts';
import { SetStatisticsResolver } from '../software/set-statistics.ts';
import {
  DistributionSetMetadataResolver,
  SoftwareModuleMetadataResolver,
} from '../software/software-metadata.ts';
import { SoftwareModuleTypeResolver } from '../software/software-module-types.ts';
import { SoftwareModuleResolver } from '../software/software-modules.ts';
import { withGlobalIds } from './global-ids.ts';
import { takeTurnsInMutations } from './long-lists.ts';
import { LookupResolver, NodeResolver } from './lookups.ts';
import { withNeeds } from './needs.ts';

let built: GraphQLSchema | undefined;

/** The schema, from the classes and their decorators: built once in a process. */
export function buildSchema(): GraphQLSchema {
  built ??= generateSchema();
  return built;
}

const RESOLVERS = [
  NodeResolver,
  LookupResolver,
  TargetResolver,
  TargetMutations,
  TokenRotationResolver,
  ClaimResolver,
  TargetEnrollmentResolver,
  EnrollmentGroupResolver,
  DerivationKeyResolver,
  EnrollmentHookResolver,
  EnrollmentMutations,
  PendingTargetResolver,
  PendingTargetsChangedResolver,
  NextPollAnswerResolver,
  TargetMetadataResolver,
  AutoConfirmResolver,
  TargetFilterResolver,
  AssigningFilterResolver,
  AutoAssignmentResolver,
  AutoAssignmentMutations,
  TargetTypeResolver,
  TargetTagResolver,
  TargetAssignments,
  TargetGroupResolver,
  ChangedTargetsResolver,
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
  FleetHistoryResolver,
  TargetFacetsResolver,
  TargetEventResolver,
  ImportResolver,
  ImportUploadResolver,
  JobResolver,
  TimelineResolver,
  TenantConfigurationResolver,
  CertificateAuthorityResolver,
  IssuingAuthorityResolver,
  CertificatePolicyResolver,
  TargetCertificateResolver,
  CertificatesOfTargetResolver,
  UserResolver,
  RoleResolver,
  ApiKeyResolver,
  TenantResolver,
  TenantQuotaResolver,
  AuditEventResolver,
  AuditEventAddedResolver,
  FilterLanguageResolver,
  WebhookResolver,
  WebhookDeliveryResolver,
  ViewerResolver,
  ...VIEWER_CAN_RESOLVERS,
  SignInOptionsResolver,
] as const;

function generateSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: RESOLVERS,
    validate: false,
    // Apollo checks the schema when it starts; a whole introspection besides takes longer than all else here.
    skipCheck: true,
    // type-graphql needs one, although every subscription has its own source.
    pubSub: { publish() {}, subscribe: () => (async function* () {})() },
  });
  describeRoots(schema);
  resolveConnections(schema);
  declareOneOf(schema);
  withNeeds(schema);
  takeTurnsInMutations(schema);
  return withGlobalIds(schema);
}

function describeRoots(schema: GraphQLSchema): void {
  schema.getQueryType()!.description =
    'What can be read. A field that needs more than its object says so: without that permission it is null, and `errors` has one FORBIDDEN for the field, however many objects there are. What is out of the scope of a permission is as if it were not there.';
  schema.getMutationType()!.description =
    'What can be changed. Each mutation takes one `input` and answers a payload.';
  schema.getSubscriptionType()!.description =
    'What can be watched, with graphql-ws on the same path. Sign in with `connectionParams.authorization`, like the header of that name, or with that header.';
}

/** The parts of a connection, and of `viewerCan`, are functions: compiled queries call them only if there is a resolver. */
function resolveConnections(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap()))
    if (isObjectType(type) && /(Connection|ViewerCan)$/.test(type.name))
      for (const field of Object.values(type.getFields())) field.resolve ??= defaultFieldResolver;
}

/** type-graphql passes `@oneOf` on as a directive only, which graphql-js doesn't read. */
function declareOneOf(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap()))
    if (isInputObjectType(type) && type.astNode?.directives?.some(({ name }) => name.value === 'oneOf'))
      type.isOneOf = true;
}

/** The text of `schema.graphql`, in an order that doesn't depend on that of the code. */
export const schemaText = (): string => `${printSchema(lexicographicSortSchema(buildSchema()))}\n`;
