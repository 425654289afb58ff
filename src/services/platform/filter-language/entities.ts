import type { Entity, FieldSet } from '../../../filters/fields.ts';
import { API_KEY_FIELDS } from '../../access/api-keys/fields.ts';
import type { Permission, Role } from '../../access/grants.ts';
import { requirePermission, requireRole } from '../../access/permissions.ts';
import { ROLE_FIELDS } from '../../access/roles/fields.ts';
import { USER_FIELDS } from '../../access/users/fields.ts';
import { ACTION_FIELDS } from '../../deployments/actions/fields.ts';
import { AUTO_ASSIGNMENT_FIELDS } from '../../deployments/auto-assignments/fields.ts';
import { ROLLOUT_FIELDS, ROLLOUT_GROUP_FIELDS } from '../../deployments/rollouts/fields.ts';
import { CERTIFICATE_AUTHORITY_FIELDS } from '../../devices/certificate-authorities/fields.ts';
import { ENROLLMENT_GROUP_FIELDS } from '../../devices/enrollment/fields.ts';
import { PENDING_TARGET_FIELDS } from '../../devices/pending-targets/fields.ts';
import { IMPORT_FAULT_FIELDS, IMPORT_FIELDS } from '../../fleet/imports/fields.ts';
import { TARGET_FILTER_FIELDS } from '../../fleet/target-filters/fields.ts';
import { TARGET_GROUP_FIELDS } from '../../fleet/target-groups/fields.ts';
import { TARGET_TAG_FIELDS } from '../../fleet/target-tags/fields.ts';
import { TARGET_TYPE_FIELDS } from '../../fleet/target-types/fields.ts';
import { TARGET_FIELDS } from '../../fleet/targets/fields.ts';
import { JOB_FIELDS } from '../../jobs/fields.ts';
import type { Context } from '../../shared/context.ts';
import { DISTRIBUTION_SET_TAG_FIELDS } from '../../software/distribution-set-tags/fields.ts';
import { DISTRIBUTION_SET_TYPE_FIELDS } from '../../software/distribution-set-types/fields.ts';
import { DISTRIBUTION_SET_FIELDS } from '../../software/distribution-sets/fields.ts';
import { SOFTWARE_MODULE_TYPE_FIELDS } from '../../software/software-module-types/fields.ts';
import { SOFTWARE_MODULE_FIELDS } from '../../software/software-modules/fields.ts';
import { auditFieldsOf } from '../audit/fields.ts';
import { TENANT_FIELDS } from '../tenants/fields.ts';
import { DELIVERY_FIELDS, WEBHOOK_FIELDS } from '../webhooks/fields.ts';

/** What has a filter, by its name in `FilterEntity`. */
export interface Filterable {
  fields: FieldSet;
  /** The permissions to list it. */
  needs: readonly Permission[];
  /** The built-in role, if it needs one. */
  role?: Role;
  /** What it is called where others refer to it: values of its own fields can be found then. */
  entity?: Entity;
}

export const FILTERABLE = {
  target: { fields: TARGET_FIELDS, needs: ['READ_TARGET'] },
  pendingTarget: { fields: PENDING_TARGET_FIELDS, needs: ['READ_TARGET'] },
  targetType: { fields: TARGET_TYPE_FIELDS, needs: ['READ_TARGET_TYPE'], entity: 'targetType' },
  targetTag: { fields: TARGET_TAG_FIELDS, needs: ['READ_TARGET'], entity: 'targetTag' },
  targetGroup: { fields: TARGET_GROUP_FIELDS, needs: ['READ_TARGET'] },
  targetFilter: { fields: TARGET_FILTER_FIELDS, needs: ['READ_TARGET'] },
  distributionSet: {
    fields: DISTRIBUTION_SET_FIELDS,
    needs: ['READ_DISTRIBUTION_SET'],
    entity: 'distributionSet',
  },
  distributionSetType: {
    fields: DISTRIBUTION_SET_TYPE_FIELDS,
    needs: ['READ_DISTRIBUTION_SET_TYPE'],
    entity: 'distributionSetType',
  },
  distributionSetTag: {
    fields: DISTRIBUTION_SET_TAG_FIELDS,
    needs: ['READ_DISTRIBUTION_SET'],
    entity: 'distributionSetTag',
  },
  softwareModule: {
    fields: SOFTWARE_MODULE_FIELDS,
    needs: ['READ_SOFTWARE_MODULE'],
    entity: 'softwareModule',
  },
  softwareModuleType: {
    fields: SOFTWARE_MODULE_TYPE_FIELDS,
    needs: ['READ_SOFTWARE_MODULE_TYPE'],
    entity: 'softwareModuleType',
  },
  action: { fields: ACTION_FIELDS, needs: ['READ_TARGET'] },
  rollout: { fields: ROLLOUT_FIELDS, needs: ['READ_ROLLOUT'], entity: 'rollout' },
  rolloutGroup: { fields: ROLLOUT_GROUP_FIELDS, needs: ['READ_ROLLOUT'], entity: 'rolloutGroup' },
  autoAssignment: { fields: AUTO_ASSIGNMENT_FIELDS, needs: ['READ_AUTO_ASSIGNMENT'] },
  enrollmentGroup: {
    fields: ENROLLMENT_GROUP_FIELDS,
    needs: ['READ_TENANT_CONFIGURATION'],
    entity: 'enrollmentGroup',
  },
  certificateAuthority: { fields: CERTIFICATE_AUTHORITY_FIELDS, needs: ['READ_TENANT_CONFIGURATION'] },
  webhook: { fields: WEBHOOK_FIELDS, needs: ['READ_TENANT_CONFIGURATION'] },
  webhookDelivery: { fields: DELIVERY_FIELDS, needs: ['READ_TENANT_CONFIGURATION', 'READ_AUDIT'] },
  job: { fields: JOB_FIELDS, needs: [] },
  import: { fields: IMPORT_FIELDS, needs: ['CREATE_TARGET'] },
  importFault: { fields: IMPORT_FAULT_FIELDS, needs: ['CREATE_TARGET'] },
  user: { fields: USER_FIELDS, needs: [], role: 'TENANT_ADMIN' },
  role: { fields: ROLE_FIELDS, needs: [], role: 'TENANT_ADMIN' },
  // Everyone may list their own.
  apiKey: { fields: API_KEY_FIELDS, needs: [] },
  tenant: { fields: TENANT_FIELDS, needs: [], role: 'SYSTEM_ADMIN' },
  auditEvent: { fields: auditFieldsOf, needs: ['READ_AUDIT'] },
} as const satisfies Record<string, FilterableOfTenant>;
export type FilterEntity = keyof typeof FILTERABLE;

type FilterableOfTenant = Omit<Filterable, 'fields'> & {
  fields: FieldSet | ((tenantId: number) => FieldSet);
};

/** What filters of an entity are about, in the caller's tenant, who must be allowed to list it. @throws FORBIDDEN */
export function filterableOf(context: Context, of: FilterEntity): Filterable {
  const { fields, ...filterable }: FilterableOfTenant = FILTERABLE[of];
  requirePermission(context, ...filterable.needs);
  if (filterable.role) requireRole(context, filterable.role);
  return {
    ...filterable,
    fields: typeof fields === 'function' ? fields(context.caller.tenantId) : fields,
  };
}
