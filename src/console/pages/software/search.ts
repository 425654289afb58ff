import { type Place, placeOf } from '../../parts/place.ts';

const TABS = ['sets', 'modules', 'types'] as const;
export type SoftwareTab = (typeof TABS)[number];

export interface SoftwareSearch extends Place {
  tab?: SoftwareTab;
}

export const softwareSearchOf = (search: Record<string, unknown>): SoftwareSearch => {
  const tab = TABS.find((it) => it === search['tab']);
  return { ...(tab && { tab }), ...placeOf(search) };
};
