import type { Action } from '../../../services/deployments/actions/action.ts';
import { CONFIRMATIONS } from '../../../services/deployments/actions/confirm.ts';
import { ACTION_SORT_NAMES } from '../../../services/deployments/actions/fields.ts';
import { ACTION_ENTRY_SORT_NAMES } from '../../../services/deployments/actions/list-entries.ts';
import { FORCE_TYPES } from '../../../services/deployments/assignments/input.ts';
import { TARGET_SORT_NAMES } from '../../../services/fleet/targets/order.ts';
import { gives, type Operation, query } from '../../openapi/operation.ts';
import {
  component,
  either,
  flag,
  id,
  integer,
  list,
  object,
  oneOfTexts,
  oneOrMany,
  text,
  time,
  words,
} from '../../openapi/schema.ts';
import {
  AUTHORSHIP,
  FILTER,
  LINKS,
  pageOf,
  paging,
  pagingUnfiltered,
  REPRESENTATION,
} from '../../openapi/shared.ts';
import { SET_ITEM } from './software.ts';
import { TARGET_PAGE } from './targets.ts';

export const FORCE_TYPE = oneOfTexts(FORCE_TYPES, 'How the update urges.');
export const WEIGHT = integer('Of several updates a target gets the weightiest first: 0 to 1000.');
const WINDOW = {
  schedule: text('When it opens: a cron expression with six fields.'),
  duration: text('How long it is open: `HH:mm:ss` or `HH:mm`.'),
  timezone: text('Such as `+02:00`.'),
};
const STATUS = words<Action['status']>({
  finished: true,
  error: true,
  warning: true,
  running: true,
  canceled: true,
  canceling: true,
  retrieved: true,
  download: true,
  scheduled: true,
  cancel_rejected: true,
  downloaded: true,
  wait_for_confirmation: true,
});

const ACTION = component(
  'Action',
  object(
    {
      ...AUTHORSHIP,
      id: id(),
      type: oneOfTexts(['update', 'cancel'], 'Whether an update is to be made or called off.'),
      active: flag('Whether the device still has something to do.'),
      status: STATUS,
      forceType: FORCE_TYPE,
      weight: WEIGHT,
      _links: LINKS,
    },
    {
      forceTime: time('When it becomes forced, in milliseconds since 1970.'),
      maintenanceWindow: object({}, { ...WINDOW, nextStartAt: time() }, 'When the device may install.'),
      lastStatusCode: integer('What the device reported last.'),
      externalRef: text(),
      rollout: id('The rollout that made it.'),
      rolloutName: text(),
    },
    'What a target has to do because of an assignment.',
  ),
);
const ACTION_PAGE = pageOf('Action', ACTION);
const ACTION_ENTRY = component(
  'ActionEntry',
  object(
    { id: id(), type: STATUS, timestamp: time(), reportedAt: time('When the server learned of it.') },
    { messages: list(text()), code: integer('What the device reported.') },
    'A step in the history of an action.',
  ),
);
const ACTION_IDS = list(either(id(), text()), 'The ids of actions.');

export const ACTIONS = {
  get: {
    summary: 'List actions',
    parameters: [...paging(ACTION_SORT_NAMES), REPRESENTATION],
    answers: { 200: gives(ACTION_PAGE, 'A page of actions.') },
  },
  delete: {
    summary: 'Delete actions that have ended',
    description: 'Those of the ids in the body, or those that match a filter.',
    parameters: [FILTER],
    body: { schema: ACTION_IDS },
    answers: { 204: 'They are gone.' },
  },
} satisfies Record<string, Operation>;
export const ACTION_ITEM = {
  get: { summary: 'Read an action', answers: { 200: gives(ACTION, 'The action.') } },
  delete: { summary: 'Delete an action that has ended', answers: { 204: 'It is gone.' } },
} satisfies Record<string, Operation>;
export const ACTIONS_OF_TARGET = {
  get: {
    summary: 'List the actions of a target',
    parameters: paging(ACTION_SORT_NAMES),
    answers: { 200: gives(ACTION_PAGE, 'A page of actions.') },
  },
  delete: {
    summary: 'Delete actions of a target that have ended',
    description: 'Those of the ids in the body, or all but the last ones.',
    parameters: [query('keepLast', 'How many of the last ones stay.', integer())],
    body: { schema: ACTION_IDS },
    answers: { 204: 'They are gone.' },
  },
} satisfies Record<string, Operation>;
export const ACTION_OF_TARGET = {
  get: { summary: 'Read an action of a target', answers: { 200: gives(ACTION, 'The action.') } },
  put: {
    summary: 'Force an action',
    body: { schema: object({ forceType: oneOfTexts(['forced']) }) },
    answers: { 200: gives(ACTION, 'The action as it is now.') },
  },
  delete: {
    summary: 'Cancel an action',
    parameters: [query('force', 'Whether it ends without the device, once it is being canceled.', flag())],
    answers: { 204: 'It is being canceled.' },
  },
} satisfies Record<string, Operation>;
export const CONFIRMATION_OF_ACTION = {
  put: {
    summary: 'Confirm or deny an action',
    body: {
      schema: object(
        { confirmation: oneOfTexts(CONFIRMATIONS) },
        { code: integer(), details: either(list(text()), text()) },
      ),
    },
    answers: { 204: 'It is decided.' },
  },
} satisfies Record<string, Operation>;
export const HISTORY_OF_ACTION = {
  get: {
    summary: 'List the history of an action',
    parameters: pagingUnfiltered(ACTION_ENTRY_SORT_NAMES),
    answers: { 200: gives(pageOf('ActionEntry', ACTION_ENTRY), 'A page of entries.') },
  },
} satisfies Record<string, Operation>;

const ASSIGNMENT = {
  type: FORCE_TYPE,
  forcetime: time('When it becomes forced, in milliseconds since 1970.'),
  weight: WEIGHT,
  confirmationRequired: flag('Whether it is asked for first.'),
  maintenanceWindow: object({}, WINDOW, 'When the device may install.'),
};
const ASSIGNED = gives(
  component(
    'AssignmentResult',
    object({
      alreadyAssigned: integer('How many had it already.'),
      assigned: integer('How many have it now.'),
      total: integer('Both.'),
      assignedActions: list(object({ id: id(), _links: LINKS })),
    }),
  ),
  'What came of it.',
);
const OFFLINE = query('offline', 'Whether it is installed already, without the server.', flag());
export const SET_OR_NONE = { 200: gives(SET_ITEM, 'The set.'), 204: 'There is none.' };
export const ASSIGNED_SET = {
  get: { summary: 'Read the set that a target is to have', answers: SET_OR_NONE },
  post: {
    summary: 'Assign a distribution set to a target',
    parameters: [OFFLINE],
    body: {
      schema: either(
        object({ id: id('The id of the set.') }, ASSIGNMENT),
        list(object({ id: id('The id of the set.') }, ASSIGNMENT), 'A list of one.'),
      ),
    },
    answers: { 200: ASSIGNED },
  },
} satisfies Record<string, Operation>;
export const INSTALLED_SET = {
  get: { summary: 'Read the set that a target has', answers: SET_OR_NONE },
} satisfies Record<string, Operation>;
export const ASSIGNED_TARGETS = {
  get: {
    summary: 'List the targets that are to have a set',
    parameters: paging(TARGET_SORT_NAMES),
    answers: { 200: gives(TARGET_PAGE, 'A page of targets.') },
  },
  post: {
    summary: 'Assign a distribution set to targets',
    description: 'Targets that are not there are passed over.',
    parameters: [OFFLINE],
    body: { schema: oneOrMany(object({ id: text('The controllerId of the target.') }, ASSIGNMENT)) },
    answers: { 200: ASSIGNED },
  },
} satisfies Record<string, Operation>;
export const INSTALLED_TARGETS = {
  get: {
    summary: 'List the targets that have a set',
    parameters: paging(TARGET_SORT_NAMES),
    answers: { 200: gives(TARGET_PAGE, 'A page of targets.') },
  },
} satisfies Record<string, Operation>;

const REMARK = query('remark', 'Why.', text());
/** A step of something that goes through several: `start`, `approve`. */
export const stepOf = (thing: string, step: string) =>
  ({
    post: {
      summary: `${step.charAt(0).toUpperCase()}${step.slice(1).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}: ${thing}`,
      ...(['approve', 'deny'].includes(step) && { parameters: [REMARK] }),
      answers: { 204: 'It is done.' },
    },
  }) satisfies Record<string, Operation>;
