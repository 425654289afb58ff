/** The stretches of time that the charts can show. */
export const RANGE_NAMES = ['1h', '6h', '24h', '7d', '30d', '90d'] as const;
export type RangeName = (typeof RANGE_NAMES)[number];

/** Where the address names none, the first of them in which all is that happened in the last. */
export const FIRST_RANGES = ['1h', '6h', '24h'] as const satisfies readonly RangeName[];

export interface FleetSearch {
  range?: RangeName;
}

export const fleetSearchOf = ({ range }: Record<string, unknown>): FleetSearch =>
  RANGE_NAMES.includes(range as RangeName) ? { range: range as RangeName } : {};
