import { tabSearchOf } from '../../parts/place.ts';

const TABS = ['waiting', 'rejected', 'groups'] as const;
export type EnrollmentTab = (typeof TABS)[number];

export const enrollmentSearchOf = tabSearchOf(TABS);
