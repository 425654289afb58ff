import {
  ROLLOUT_GROUP_SORT_NAMES,
  ROLLOUT_SORT_NAMES,
} from '../../../services/deployments/rollouts/fields.ts';
import type { RolloutGroup } from '../../../services/deployments/rollouts/group.ts';
import type { Rollout } from '../../../services/deployments/rollouts/rollout.ts';
import { TARGET_SORT_NAMES } from '../../../services/fleet/targets/order.ts';
import { gives, type Operation } from '../../openapi/operation.ts';
import {
  component,
  either,
  flag,
  id,
  integer,
  list,
  object,
  oneOfTexts,
  text,
  time,
  words,
} from '../../openapi/schema.ts';
import { AUTHORSHIP, DELETED, LINKS, pageOf, paging, REPRESENTATION } from '../../openapi/shared.ts';
import { FORCE_TYPE, WEIGHT } from './deployments.ts';
import { TARGET_PAGE } from './targets.ts';

const COUNTS = component(
  'TargetCounts',
  object(
    {
      running: integer(),
      notstarted: integer(),
      scheduled: integer(),
      cancelled: integer(),
      finished: integer(),
      error: integer(),
    },
    {},
    'How many targets are how far.',
  ),
);
const ROLLOUT = component(
  'Rollout',
  object(
    {
      ...AUTHORSHIP,
      id: id(),
      name: text(),
      targetFilterQuery: text('Which targets get it.'),
      status: words<Rollout['status']>({
        creating: true,
        waiting_for_approval: true,
        approval_denied: true,
        ready: true,
        starting: true,
        running: true,
        paused: true,
        finished: true,
        stopping: true,
        stopped: true,
        deleting: true,
        deleted: true,
      }),
      totalTargets: integer(),
      type: FORCE_TYPE,
      forcetime: time('When it becomes forced, in milliseconds since 1970; 0 where it does not.'),
      weight: WEIGHT,
      dynamic: flag('Whether targets that match later get it too.'),
      deleted: flag(),
      _links: LINKS,
    },
    {
      description: text(),
      distributionSetId: id(),
      totalTargetsPerStatus: COUNTS,
      totalGroups: integer(),
      startAt: time(),
      approveDecidedBy: text(),
      approvalRemark: text(),
    },
    'A set that is given to many targets, group by group.',
  ),
);
const condition = (what: string) =>
  object(
    {},
    { condition: oneOfTexts(['THRESHOLD']), expression: either(text('Percent.'), integer()) },
    `When a group counts as ${what}.`,
  );
const CONDITIONS = {
  successCondition: condition('successful'),
  successAction: object(
    {},
    { action: oneOfTexts(['NEXTGROUP', 'PAUSE']), expression: text() },
    'What is done then.',
  ),
  errorCondition: condition('failed'),
  errorAction: object({}, { action: oneOfTexts(['PAUSE']), expression: text() }, 'What is done then.'),
};
const GROUP_GIVEN = object(
  { name: text() },
  {
    description: text(),
    targetFilterQuery: text('Of the targets that are left, those that match.'),
    targetPercentage: {
      type: 'number',
      description: 'Of the targets that are left and match, so many percent.',
    },
    confirmationRequired: flag(),
    ...CONDITIONS,
  },
);

export const ROLLOUTS = {
  get: {
    summary: 'List rollouts',
    parameters: [...paging(ROLLOUT_SORT_NAMES), REPRESENTATION, DELETED],
    answers: { 200: gives(pageOf('Rollout', ROLLOUT), 'A page of rollouts.') },
  },
  post: {
    summary: 'Create a rollout',
    description: 'It makes its groups at once, and starts when it is told to, or at `startAt`.',
    body: {
      schema: object(
        { name: text(), distributionSetId: id(), targetFilterQuery: text('Which targets get it.') },
        {
          description: text(),
          type: FORCE_TYPE,
          forcetime: time(),
          startAt: time('When it starts by itself, in milliseconds since 1970.'),
          weight: WEIGHT,
          amountGroups: integer('Into how many groups its targets are divided, where `groups` is not given.'),
          groups: list(GROUP_GIVEN),
          dynamic: flag('Whether targets that match later get it too.'),
          dynamicGroupTemplate: object({}, { nameSuffix: text(), targetCount: integer() }),
          confirmationRequired: flag(),
          ...CONDITIONS,
        },
      ),
    },
    answers: { 201: gives(ROLLOUT, 'The rollout.') },
  },
} satisfies Record<string, Operation>;
export const ROLLOUT_ITEM = {
  get: { summary: 'Read a rollout', answers: { 200: gives(ROLLOUT, 'The rollout.') } },
  put: {
    summary: 'Change a rollout',
    body: { schema: object({}, { name: text(), description: text() }) },
    answers: { 200: gives(ROLLOUT, 'As it is now.') },
  },
  delete: { summary: 'Delete a rollout', answers: { 204: 'It is being deleted.' } },
} satisfies Record<string, Operation>;
export const RETRY = {
  post: {
    summary: 'Roll out again to the targets on which it failed',
    permission: 'CREATE_ROLLOUT',
    answers: { 201: gives(ROLLOUT, 'The new rollout.') },
  },
} satisfies Record<string, Operation>;

const GROUP = component(
  'RolloutGroup',
  object(
    {
      ...AUTHORSHIP,
      id: id(),
      name: text(),
      status: words<RolloutGroup['status']>({
        creating: true,
        ready: true,
        scheduled: true,
        running: true,
        finished: true,
        error: true,
      }),
      targetFilterQuery: text(),
      targetPercentage: { type: 'number' },
      totalTargets: integer(),
      dynamic: flag(),
      ...CONDITIONS,
      _links: LINKS,
    },
    { description: text(), totalTargetsPerStatus: COUNTS, confirmationRequired: flag() },
  ),
);
export const GROUPS = {
  get: {
    summary: 'List the groups of a rollout',
    parameters: [...paging(ROLLOUT_GROUP_SORT_NAMES), REPRESENTATION],
    answers: { 200: gives(pageOf('RolloutGroup', GROUP), 'A page of groups.') },
  },
} satisfies Record<string, Operation>;
export const GROUP_ITEM = {
  get: { summary: 'Read a group of a rollout', answers: { 200: gives(GROUP, 'The group.') } },
} satisfies Record<string, Operation>;
export const TARGETS_OF_GROUP = {
  get: {
    summary: 'List the targets of a group of a rollout',
    parameters: paging(TARGET_SORT_NAMES),
    answers: { 200: gives(TARGET_PAGE, 'A page of targets.') },
  },
} satisfies Record<string, Operation>;
