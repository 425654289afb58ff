import { deletingApiKey } from '../../access/api-keys/rights.ts';
import { being, having, type Right, within } from '../../access/rights.ts';
import { deletingUser, managing, settingPassword } from '../../access/users/rights.ts';
import { autoAssignmentsInScope } from '../../deployments/auto-assignments/auto-assignment.ts';
import { rolloutsInScope } from '../../deployments/rollouts/handle.ts';
import { rejectingTargets } from '../../devices/pending-targets/reject.ts';
import { targetTypesAs } from '../../fleet/target-types/find.ts';
import { targetsAs } from '../../fleet/targets/scope.ts';
import { setsAs } from '../../software/distribution-sets/set.ts';
import { modulesAs } from '../../software/software-modules/module.ts';

/** What must hold, all of it, for a caller to do something to a thing. */
type Rights = Readonly<Record<string, readonly Right[]>>;

const updateTarget = within(targetsAs('UPDATE_TARGET'));
const readingSet = within(setsAs('READ_DISTRIBUTION_SET'));
const configuring = having('UPDATE_TENANT_CONFIGURATION');
const deletingConfiguration = having('DELETE_TENANT_CONFIGURATION');
const handlingRollout = [having('HANDLE_ROLLOUT'), rolloutsInScope];
const handlingAutoAssignment = [having('HANDLE_AUTO_ASSIGNMENT'), autoAssignmentsInScope];
const administering = [being('TENANT_ADMIN')];

/** What callers can do to things of each type: the verb of that name, or of what the names share, asks the same. */
export const RIGHTS = {
  Target: {
    update: [updateTarget],
    delete: [within(targetsAs('DELETE_TARGET'))],
    assignDistributionSet: [updateTarget, having('READ_DISTRIBUTION_SET')],
    rotateToken: [updateTarget],
    readToken: [having('READ_TARGET_SECURITY_TOKEN')],
  },
  TargetType: {
    update: [within(targetTypesAs('UPDATE_TARGET_TYPE'))],
    delete: [within(targetTypesAs('DELETE_TARGET_TYPE'))],
  },
  TargetTag: { update: [having('UPDATE_TARGET')], delete: [having('DELETE_TARGET')] },
  TargetFilter: { update: [having('UPDATE_TARGET')], delete: [having('DELETE_TARGET')] },
  DistributionSet: {
    update: [within(setsAs('UPDATE_DISTRIBUTION_SET'))],
    delete: [within(setsAs('DELETE_DISTRIBUTION_SET'))],
    assign: [readingSet, having('UPDATE_TARGET')],
    rollOut: [readingSet, having('CREATE_ROLLOUT', 'READ_TARGET')],
  },
  SoftwareModule: {
    update: [within(modulesAs('UPDATE_SOFTWARE_MODULE'))],
    delete: [within(modulesAs('DELETE_SOFTWARE_MODULE'))],
    addArtifact: [within(modulesAs('CREATE_SOFTWARE_MODULE'))],
    deleteArtifact: [within(modulesAs('DELETE_SOFTWARE_MODULE'))],
    downloadArtifact: [within(modulesAs('DOWNLOAD_REPOSITORY_ARTIFACT'))],
  },
  SoftwareModuleType: {
    update: [having('UPDATE_SOFTWARE_MODULE_TYPE')],
    delete: [having('DELETE_SOFTWARE_MODULE_TYPE')],
  },
  DistributionSetType: {
    update: [having('UPDATE_DISTRIBUTION_SET_TYPE')],
    delete: [having('DELETE_DISTRIBUTION_SET_TYPE')],
  },
  DistributionSetTag: {
    update: [having('UPDATE_DISTRIBUTION_SET')],
    delete: [having('DELETE_DISTRIBUTION_SET')],
  },
  /** By the number of its module. */
  Artifact: {
    delete: [within(modulesAs('DELETE_SOFTWARE_MODULE'))],
    download: [within(modulesAs('DOWNLOAD_REPOSITORY_ARTIFACT'))],
  },
  PendingTarget: { approve: [having('CREATE_TARGET')], reject: [rejectingTargets] },
  Rollout: {
    update: [having('UPDATE_ROLLOUT')],
    delete: [having('DELETE_ROLLOUT'), rolloutsInScope],
    approve: [having('APPROVE_ROLLOUT'), rolloutsInScope],
    start: handlingRollout,
    pause: handlingRollout,
    resume: handlingRollout,
    stop: handlingRollout,
    triggerNextGroup: [having('UPDATE_ROLLOUT'), rolloutsInScope],
  },
  AutoAssignment: {
    update: [having('UPDATE_AUTO_ASSIGNMENT'), autoAssignmentsInScope],
    delete: [having('DELETE_AUTO_ASSIGNMENT'), autoAssignmentsInScope],
    approve: [having('APPROVE_AUTO_ASSIGNMENT'), autoAssignmentsInScope],
    start: handlingAutoAssignment,
    pause: handlingAutoAssignment,
    resume: handlingAutoAssignment,
  },
  EnrollmentGroup: { update: [configuring], delete: [deletingConfiguration] },
  CertificateAuthority: { update: [configuring], delete: [deletingConfiguration] },
  Webhook: {
    update: [configuring, having('READ_AUDIT')],
    delete: [deletingConfiguration],
    test: [configuring, having('READ_AUDIT')],
  },
  User: { update: [managing], delete: [deletingUser], setPassword: [settingPassword] },
  Role: { update: administering, delete: administering },
  ApiKey: { delete: [deletingApiKey] },
} as const satisfies Record<string, Rights>;
export type RightsOf = keyof typeof RIGHTS;

/** What callers can do in their tenant, to nothing that is there. */
export const TENANT_RIGHTS = {
  createTargets: [having('CREATE_TARGET')],
  createTargetTypes: [having('CREATE_TARGET_TYPE')],
  createTargetTags: [having('CREATE_TARGET')],
  createTargetFilters: [having('CREATE_TARGET')],
  createSoftwareModules: [having('CREATE_SOFTWARE_MODULE')],
  createSoftwareModuleTypes: [having('CREATE_SOFTWARE_MODULE_TYPE')],
  createDistributionSets: [having('CREATE_DISTRIBUTION_SET')],
  createDistributionSetTypes: [having('CREATE_DISTRIBUTION_SET_TYPE')],
  createDistributionSetTags: [having('CREATE_DISTRIBUTION_SET')],
  createRollouts: [having('CREATE_ROLLOUT', 'READ_DISTRIBUTION_SET', 'READ_TARGET')],
  createAutoAssignments: [having('CREATE_AUTO_ASSIGNMENT', 'READ_DISTRIBUTION_SET', 'UPDATE_TARGET')],
  createEnrollmentGroups: [having('CREATE_TENANT_CONFIGURATION', 'READ_GATEWAY_SECURITY_TOKEN')],
  createCertificateAuthorities: [having('CREATE_TENANT_CONFIGURATION', 'READ_GATEWAY_SECURITY_TOKEN')],
  createWebhooks: [having('CREATE_TENANT_CONFIGURATION', 'READ_AUDIT')],
  createUsers: administering,
  createRoles: administering,
  createTenants: [being('SYSTEM_ADMIN')],
  setTenantConfiguration: [configuring],
  resetTenantConfiguration: [deletingConfiguration],
} as const satisfies Rights;
