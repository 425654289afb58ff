const TABS = ['general', 'certificates', 'webhooks', 'users', 'roles', 'keys'] as const;
export type SettingsTab = (typeof TABS)[number];

export const settingsSearchOf = (search: Record<string, unknown>): { tab?: SettingsTab } => {
  const tab = TABS.find((it) => it === search['tab']);
  return tab ? { tab } : {};
};
