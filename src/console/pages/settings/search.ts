const TABS = ['general', 'users', 'keys'] as const;
export type SettingsTab = (typeof TABS)[number];

export const settingsSearchOf = (search: Record<string, unknown>): { tab?: SettingsTab } => {
  const tab = TABS.find((it) => it === search['tab']);
  return tab ? { tab } : {};
};
