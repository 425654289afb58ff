import type { SQLWrapper } from 'drizzle-orm';
import { distributionSets, distributionSetTypes } from '../../../database/tables/distribution-sets.ts';
import {
  ROLLOUT_GROUP_STATUSES,
  ROLLOUT_STATUSES,
  rolloutGroups,
  rollouts,
} from '../../../database/tables/rollouts.ts';
import { type Field, fieldSet, owned } from '../../../filters/fields.ts';
import { authoredFields, authoredOrder, exact } from '../../shared/authorship.ts';
import { type SortField, sortNames } from '../../shared/page.ts';
import type { RolloutGroup } from './group.ts';
import type { Rollout } from './rollout.ts';

const itsSet = (field: string) => owned('distributionSet', field, rollouts.setId);
const typeOfItsSet = owned('distributionSetType', 'key', distributionSets.typeId);

/** When it began and ended: of a rollout, or of one of its groups. */
type Timed = Pick<Rollout, 'startedAt' | 'finishedAt'>;

const timedFields = (table: Record<keyof Timed, SQLWrapper>): [string[], Field][] => [
  [['startedAt'], { kind: 'time', column: table.startedAt }],
  [['finishedAt'], { kind: 'time', column: table.finishedAt }],
];

const timedOrder = (table: Record<keyof Timed, SQLWrapper>) =>
  ({
    startedAt: {
      expression: table.startedAt,
      of: (row: Timed) => row.startedAt,
      type: 'timestamptz',
      nullable: true,
    },
    finishedAt: {
      expression: table.finishedAt,
      of: (row: Timed) => row.finishedAt,
      type: 'timestamptz',
      nullable: true,
    },
  }) as const;

/** What a filter may ask of a rollout. */
export const ROLLOUT_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: rollouts.id }],
  [['name'], { kind: 'text', column: rollouts.name }],
  [['description'], { kind: 'text', column: rollouts.description }],
  [['status'], { kind: 'enum', column: rollouts.status, values: ROLLOUT_STATUSES }],
  ...timedFields(rollouts),
  [['distributionSet.id', 'ds.id'], { kind: 'integer', column: distributionSets.id, ...itsSet('id') }],
  [['distributionSet.name', 'ds.name'], { kind: 'text', column: distributionSets.name, ...itsSet('name') }],
  [
    ['distributionSet.version', 'ds.version'],
    { kind: 'text', column: distributionSets.version, ...itsSet('version') },
  ],
  [
    ['distributionSet.type', 'ds.type'],
    {
      kind: 'text',
      column: distributionSetTypes.key,
      owners: [...itsSet('type').owners, ...typeOfItsSet.owners],
    },
  ],
  ...authoredFields(rollouts),
]);

/** What rollouts can be sorted by. */
export const ROLLOUT_ORDER = {
  id: { expression: rollouts.id, of: (r) => r.id, type: 'bigint' },
  name: { expression: rollouts.name, of: (r) => r.name, type: 'text' },
  description: {
    expression: exact(rollouts.description),
    of: (r) => r.description,
    type: 'text',
    nullable: true,
  },
  status: { expression: rollouts.status, of: (r) => r.status, type: 'text' },
  ...timedOrder(rollouts),
  ...authoredOrder(rollouts),
} as const satisfies Record<string, SortField<Rollout>>;
export type RolloutOrderField = keyof typeof ROLLOUT_ORDER;

export const ROLLOUT_SORT_NAMES = sortNames(ROLLOUT_ORDER);

/** What a filter may ask of a group of a rollout. */
export const ROLLOUT_GROUP_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: rolloutGroups.id }],
  [['name'], { kind: 'text', column: rolloutGroups.name }],
  [['description'], { kind: 'text', column: rolloutGroups.description }],
  [['status'], { kind: 'enum', column: rolloutGroups.status, values: ROLLOUT_GROUP_STATUSES }],
  ...timedFields(rolloutGroups),
  ...authoredFields(rolloutGroups),
]);

/** What groups can be sorted by. */
export const ROLLOUT_GROUP_ORDER = {
  id: { expression: rolloutGroups.id, of: (g) => g.id, type: 'bigint' },
  name: { expression: rolloutGroups.name, of: (g) => g.name, type: 'text' },
  description: {
    expression: exact(rolloutGroups.description),
    of: (g) => g.description,
    type: 'text',
    nullable: true,
  },
  status: { expression: rolloutGroups.status, of: (g) => g.status, type: 'text' },
  ...timedOrder(rolloutGroups),
  ...authoredOrder(rolloutGroups),
} as const satisfies Record<string, SortField<RolloutGroup>>;
export type RolloutGroupOrderField = keyof typeof ROLLOUT_GROUP_ORDER;

export const ROLLOUT_GROUP_SORT_NAMES = sortNames(ROLLOUT_GROUP_ORDER);
