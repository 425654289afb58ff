import { tabSearchOf } from '../../parts/place.ts';

const TABS = ['jobs', 'imports'] as const;
export type JobsTabName = (typeof TABS)[number];

export const jobsSearchOf = tabSearchOf(TABS);
