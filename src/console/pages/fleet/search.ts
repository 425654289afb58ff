/** The stretches of time that the charts can show. */
export const RANGE_NAMES = ['6h', '24h', '7d', '30d', '90d'] as const;
export type RangeName = (typeof RANGE_NAMES)[number];

/** What is shown where the address names none. */
export const FIRST_RANGE: RangeName = '24h';

export interface FleetSearch {
  range?: RangeName;
}

export const fleetSearchOf = ({ range }: Record<string, unknown>): FleetSearch =>
  RANGE_NAMES.includes(range as RangeName) ? { range: range as RangeName } : {};
