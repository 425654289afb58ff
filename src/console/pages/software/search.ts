import { tabSearchOf } from '../../parts/place.ts';

const TABS = ['sets', 'modules', 'types'] as const;
export type SoftwareTab = (typeof TABS)[number];

export const softwareSearchOf = tabSearchOf(TABS);
