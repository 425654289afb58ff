import { type ListSearch, tabSearchOf } from '../../parts/place.ts';

const TABS = [
  'general',
  'tags',
  'setTags',
  'types',
  'certificates',
  'webhooks',
  'users',
  'roles',
  'keys',
  'tenants',
] as const;
export type SettingsTab = (typeof TABS)[number];

export interface SettingsSearch extends ListSearch {
  tab?: SettingsTab;
  /** The webhook whose deliveries are listed. */
  webhook?: string;
}

const ofTab = tabSearchOf(TABS);

export const settingsSearchOf = (search: Record<string, unknown>): SettingsSearch => ({
  ...ofTab(search),
  ...(typeof search['webhook'] === 'string' && { webhook: search['webhook'] }),
});
