import { and, eq, sql } from 'drizzle-orm';
import { ACTION_STATUSES, actions, FORCE_TYPES } from '../../../database/tables/actions.ts';
import { distributionSets, distributionSetTypes } from '../../../database/tables/distribution-sets.ts';
import { rolloutGroups, rollouts } from '../../../database/tables/rollouts.ts';
import { targetPolls, targets, UPDATE_STATUSES } from '../../../database/tables/targets.ts';
import { checkedFilter } from '../../../filters/checked.ts';
import type { Expression } from '../../../filters/expression.ts';
import { fieldSet, owned } from '../../../filters/fields.ts';

import { authoredFields, authoredOrder, exact } from '../../shared/authorship.ts';
import { type SortField, sortNames } from '../../shared/page.ts';
import type { Action } from './action.ts';

const itsSet = (field: string) => owned('distributionSet', field, actions.setId);
const itsRollout = (field: string) => owned('rollout', field, rollouts.id);
const typeOfItsSet = owned('distributionSetType', 'key', distributionSets.typeId);
const itsGroup = (field: string) => owned('rolloutGroup', field, actions.rolloutGroupId);

/** What a filter may ask of an action. */
export const ACTION_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: actions.id }],
  [['status'], { kind: 'enum', column: actions.status, values: ACTION_STATUSES }],
  [['active'], { kind: 'boolean', column: actions.active }],
  [['forceType'], { kind: 'enum', column: actions.forceType, values: FORCE_TYPES }],
  [['weight'], { kind: 'integer', column: actions.weight }],
  [['lastStatusCode', 'lastActionStatusCode'], { kind: 'integer', column: actions.lastStatusCode }],
  [['externalRef'], { kind: 'text', column: actions.externalRef }],
  [['initiatedBy'], { kind: 'text', column: actions.initiatedBy }],
  [['target.controllerId', 'target.id'], { kind: 'text', column: targets.controllerId }],
  [['target.name'], { kind: 'text', column: targets.name }],
  [['target.group'], { kind: 'text', column: targets.group }],
  [['target.updateStatus'], { kind: 'enum', column: targets.updateStatus, values: UPDATE_STATUSES }],
  [
    ['target.ipAddress'],
    {
      kind: 'set',
      from: targetPolls,
      on: ({ tenantId }) =>
        and(eq(targetPolls.tenantId, tenantId), eq(targetPolls.targetId, actions.targetId))!,
      value: targetPolls.address,
    },
  ],
  [['rollout.id', 'rollout'], { kind: 'integer', column: rollouts.id, ...itsRollout('id') }],
  [['rollout.name'], { kind: 'text', column: rollouts.name, ...itsRollout('name') }],
  [
    ['rolloutGroup.id', 'rolloutGroup'],
    { kind: 'integer', column: actions.rolloutGroupId, ...itsGroup('id') },
  ],
  [['rolloutGroup.name'], { kind: 'text', column: rolloutGroups.name, ...itsGroup('name') }],
  [['distributionSet.id', 'ds.id'], { kind: 'integer', column: distributionSets.id, ...itsSet('id') }],
  [['distributionSet.name', 'ds.name'], { kind: 'text', column: distributionSets.name, ...itsSet('name') }],
  [
    ['distributionSet.version', 'ds.version'],
    { kind: 'text', column: distributionSets.version, ...itsSet('version') },
  ],
  [
    ['distributionSet.type', 'ds.type'],
    {
      kind: 'set',
      from: distributionSetTypes,
      on: ({ tenantId }) =>
        and(
          eq(distributionSetTypes.tenantId, tenantId),
          eq(distributionSetTypes.id, distributionSets.typeId),
        )!,
      value: distributionSetTypes.key,
      owners: [...itsSet('type').owners, ...typeOfItsSet.owners],
    },
  ],
  ...authoredFields(actions),
]);

/**
 * Reads a filter and checks that it can be asked of actions.
 * @throws FILTER_SYNTAX, FILTER_FIELD_UNKNOWN, FILTER_VALUE_INVALID
 */
export const parseActionFilter = (text: string): Expression => checkedFilter(ACTION_FIELDS, text);

/** What actions can be sorted by. */
export const ACTION_ORDER = {
  id: { expression: actions.id, of: (a) => a.id, type: 'bigint' },
  status: { expression: actions.status, of: (a) => a.status, type: 'text' },
  active: { expression: sql`${actions.active}::integer`, of: (a) => Number(a.active), type: 'bigint' },
  weight: { expression: actions.weight, of: (a) => a.weight, type: 'bigint' },
  lastStatusCode: {
    expression: actions.lastStatusCode,
    of: (a) => a.lastStatusCode,
    type: 'bigint',
    nullable: true,
  },
  externalRef: {
    expression: exact(actions.externalRef),
    of: (a) => a.externalRef,
    type: 'text',
    nullable: true,
  },
  ...authoredOrder(actions),
} as const satisfies Record<string, SortField<Action>>;
export type ActionOrderField = keyof typeof ACTION_ORDER;

export const ACTION_SORT_NAMES = sortNames(ACTION_ORDER);
