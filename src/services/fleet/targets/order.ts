import { sql } from 'drizzle-orm';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { authoredOrder, exact } from '../../shared/authorship.ts';
import { type SortField, sortNames } from '../../shared/page.ts';
import { filterMoments, isOverdue, itsType, nextExpectedRequestAt, type WithPollingTime } from './fields.ts';
import type { Target } from './target.ts';

/** What targets can be sorted by whatever the time is. */
export const TARGET_ORDER = {
  controllerId: { expression: targets.controllerId, of: (t) => t.controllerId, type: 'text' },
  name: { expression: targets.name, of: (t) => t.name, type: 'text' },
  description: { expression: targets.description, of: (t) => t.description, type: 'text', nullable: true },
  group: { expression: targets.group, of: (t) => t.group, type: 'text', nullable: true },
  updateStatus: { expression: exact(targets.updateStatus), of: (t) => t.updateStatus, type: 'text' },
  address: { expression: exact(targetPolls.address), of: (t) => t.address, type: 'text', nullable: true },
  ...authoredOrder(targets),
  lastControllerRequestAt: {
    expression: targetPolls.lastRequestAt,
    of: (t) => t.poll?.lastRequestAt ?? null,
    type: 'timestamptz',
    nullable: true,
  },
  targetType: {
    expression: targetTypes.name,
    of: (t) => t.targetType?.name ?? null,
    type: 'text',
    nullable: true,
    owner: itsType('name').owners[0],
  },
} as const satisfies Record<string, SortField<Target>>;

/** What targets can be sorted by, at a moment. */
export const targetOrder = (tenant: WithPollingTime, now: Date) => {
  const moments = filterMoments(tenant, now);
  return {
    ...TARGET_ORDER,
    nextExpectedRequestAt: {
      expression: nextExpectedRequestAt(moments),
      of: (t: Target) => t.poll?.nextExpectedRequestAt ?? null,
      type: 'timestamptz',
      nullable: true,
    },
    overdue: {
      expression: sql`(CASE WHEN ${isOverdue(moments)} THEN 1 ELSE 0 END)::bigint`,
      of: (t: Target) => (t.poll?.overdue ? 1 : 0),
      type: 'bigint',
    },
  } as const satisfies Record<string, SortField<Target>>;
};
export type TargetOrderField = keyof ReturnType<typeof targetOrder>;

/** The names a REST `sort` may use: those of the filter's fields. */
export const TARGET_SORT_NAMES: Readonly<Record<string, TargetOrderField>> = {
  ...sortNames(TARGET_ORDER),
  nextExpectedRequestAt: 'nextExpectedRequestAt',
  overdue: 'overdue',
  id: 'controllerId',
  ipAddress: 'address',
  lastTargetQuery: 'lastControllerRequestAt',
  type: 'targetType',
  'type.name': 'targetType',
  'targetType.name': 'targetType',
};
