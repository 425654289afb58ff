export const settingsTexts = {
  title: 'Settings',
  lead: 'They hold for this tenant; a change works at once.',
  authentication: 'How devices sign in',
  polling: 'Polling',
  deployments: 'Updates',
  users: 'Users',
  apiKeys: 'API keys',
  general: 'General',
  origins: {
    DEFAULT: 'Default',
    ENVIRONMENT: 'Set by the environment of the server',
    TENANT: 'Set for this tenant',
  },
  resetGives: (value: string | boolean | null) =>
    `a reset gives ${typeof value === 'boolean' ? (value ? 'on' : 'off') : value || 'nothing'}`,
  reset: 'Reset',
  resetLabel: (name: string) => `Reset ${name} to what the server is set to`,
  edit: 'Change',
  saved: (name: string) => `${name}: saved.`,
  names: {
    authenticationTargettokenEnabled: 'Their own tokens',
    authenticationGatewaytokenEnabled: 'The gateway token',
    authenticationHeaderEnabled: 'A certificate that a proxy has checked',
    autoregistrationEnabled: 'Unknown devices register themselves',
    pollingTime: 'Time between polls',
    pollingOverdueTime: 'Overdue after',
    rolloutApprovalEnabled: 'Rollouts need an approval',
    autoAssignmentApprovalEnabled: 'Auto-assignments need an approval',
    userConfirmationFlowEnabled: 'Devices are asked before an update',
    implicitLockEnabled: 'Software in use is locked',
    repositoryActionsAutocloseEnabled: 'A new assignment ends the earlier ones',
  },
};

export const usersTexts = {
  create: 'New user',
  submit: 'Create the user',
  username: 'User name',
  password: 'Password',
  roles: 'Roles',
  permissions: 'Permissions',
  columns: { name: 'User', roles: 'Roles', permissions: 'Permissions', created: 'Created' },
  removeLabel: (name: string) => `Delete ${name}`,
  removeText: 'The account can no longer sign in, at once. Its API keys stop working, too.',
  removed: 'The account is deleted.',
};

export const keysTexts = {
  emptyTitle: 'No API key yet',
  emptyHint: 'Scripts and other servers sign in with an API key instead of a password.',
  create: 'New API key',
  submit: 'Create the key',
  name: 'Name',
  columns: { name: 'Name', prefix: 'Begins with', owner: 'Owner', used: 'Last used', expires: 'Ends' },
  tokenTitle: (name: string) => `API key ${name}`,
  tokenText: 'Copy it now: it is not shown again.',
  copy: 'Copy the key',
  revokeLabel: (name: string) => `Revoke ${name}`,
  revokeText: 'Who uses it is signed out at once. It cannot be taken back.',
  revoked: 'The key is revoked.',
};

export const auditTexts = {
  title: 'Audit log',
  lead: 'What was changed, when, and by whom. The newest comes first.',
  table: 'Changes',
  emptyTitle: 'Nothing was changed yet',
  emptyHint: 'Each change of this tenant is listed here.',
  filterPlaceholder: 'actor==admin and type==rollout.*',
  nothing: 'No change matches this filter',
  columns: { at: 'When', type: 'What', subjects: 'Which', actor: 'By', channel: 'Through' },
  more: (count: number) => `${count} in all`,
};
