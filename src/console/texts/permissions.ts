import type { Permission } from '../api/types.documents.ts';

export const permissionTexts = {
  legend: 'Permissions',
  all: 'Choose all',
  none: 'Choose none',
  /** What stands before the permissions of a kind, and after their actions: `TARGET` of `READ_TARGET`. */
  kinds: {
    TARGET: 'Targets',
    TARGET_TYPE: 'Target types',
    SOFTWARE_MODULE: 'Software modules',
    SOFTWARE_MODULE_TYPE: 'Module types',
    DISTRIBUTION_SET: 'Distribution sets',
    DISTRIBUTION_SET_TYPE: 'Set types',
    ROLLOUT: 'Rollouts',
    AUTO_ASSIGNMENT: 'Auto-assignments',
    TENANT_CONFIGURATION: 'Settings',
  },
  actions: { READ: 'See', CREATE: 'Create', UPDATE: 'Change', DELETE: 'Delete' },
  others: {
    HANDLE_ROLLOUT: 'Start, pause and stop rollouts',
    APPROVE_ROLLOUT: 'Approve rollouts',
    HANDLE_AUTO_ASSIGNMENT: 'Start auto-assignments',
    APPROVE_AUTO_ASSIGNMENT: 'Approve auto-assignments',
    DOWNLOAD_REPOSITORY_ARTIFACT: 'Download files',
    READ_TARGET_SECURITY_TOKEN: 'See the tokens of targets',
    READ_GATEWAY_SECURITY_TOKEN: 'See and set the gateway token',
    READ_AUDIT: 'See the audit log',
  } satisfies Partial<Record<Permission, string>>,
  limit: 'Limit a permission by a filter',
  limitPlaceholder: 'Choose one',
  filterOf: (permission: string) => `${permission}: only what this filter matches`,
  filterPlaceholder: 'group==eu',
  unlimit: (permission: string) => `No filter for ${permission}`,
};
