import type { AutoAssignment } from '../../../services/deployments/auto-assignments/auto-assignment.ts';
import { AUTO_ASSIGNMENT_SORT_NAMES } from '../../../services/deployments/auto-assignments/fields.ts';
import { TARGET_FILTER_SORT_NAMES } from '../../../services/fleet/target-filters/fields.ts';
import { gives, type Operation } from '../../openapi/operation.ts';
import { component, flag, id, object, text, time, words } from '../../openapi/schema.ts';
import { AUTHORSHIP, LINKS, pageOf, paging } from '../../openapi/shared.ts';
import { FILTER_PAGE, TARGET_FILTER } from './collections.ts';
import { FORCE_TYPE, SET_OR_NONE, WEIGHT } from './deployments.ts';

export const AUTO_ASSIGNED_SET = {
  get: { summary: 'Read the set that targets of a filter get', answers: SET_OR_NONE },
  post: {
    summary: 'Let targets of a filter get a set, now and later',
    body: {
      schema: object(
        { id: id('The id of the set.') },
        { type: FORCE_TYPE, weight: WEIGHT, confirmationRequired: flag() },
      ),
    },
    answers: { 200: gives(TARGET_FILTER.item, 'The filter as it is now.') },
  },
  delete: { summary: 'Let targets of a filter get no set', answers: { 204: 'They get none.' } },
} satisfies Record<string, Operation>;
export const FILTERS_OF_SET = {
  get: {
    summary: 'List the target filters whose targets get a set',
    parameters: paging(TARGET_FILTER_SORT_NAMES),
    answers: { 200: gives(FILTER_PAGE, 'A page of filters.') },
  },
} satisfies Record<string, Operation>;

const AUTO_ASSIGNMENT = component(
  'AutoAssignment',
  object(
    {
      ...AUTHORSHIP,
      id: id(),
      name: text(),
      targetFilterQuery: text('Which targets get it.'),
      status: words<AutoAssignment['status']>({
        waiting_for_approval: true,
        approval_denied: true,
        ready: true,
        running: true,
        paused: true,
      }),
      actionType: FORCE_TYPE,
      confirmationRequired: flag(),
      _links: LINKS,
    },
    {
      description: text(),
      distributionSetId: id(),
      startAt: time(),
      weight: WEIGHT,
      approvalDecidedBy: text(),
      approvalRemark: text(),
    },
    'Gives a set to every target that matches a filter, now and later.',
  ),
);
const AUTO_ASSIGNMENT_PAGE = pageOf('AutoAssignment', AUTO_ASSIGNMENT);
const LIST_AUTO_ASSIGNMENTS = {
  parameters: paging(AUTO_ASSIGNMENT_SORT_NAMES),
  answers: { 200: gives(AUTO_ASSIGNMENT_PAGE, 'A page of auto-assignments.') },
};
export const AUTO_ASSIGNMENTS = {
  get: { summary: 'List auto-assignments', ...LIST_AUTO_ASSIGNMENTS },
  post: {
    summary: 'Create an auto-assignment',
    body: {
      schema: object(
        { name: text(), targetFilterQuery: text('Which targets get it.'), distributionSetId: id() },
        {
          description: text(),
          actionType: FORCE_TYPE,
          weight: WEIGHT,
          confirmationRequired: flag(),
          startAt: time(),
        },
      ),
    },
    answers: { 201: gives(AUTO_ASSIGNMENT, 'The auto-assignment.') },
  },
} satisfies Record<string, Operation>;
export const AUTO_ASSIGNMENTS_OF_SET = {
  get: { summary: 'List the auto-assignments of a set', ...LIST_AUTO_ASSIGNMENTS },
} satisfies Record<string, Operation>;
export const AUTO_ASSIGNMENT_ITEM = {
  get: {
    summary: 'Read an auto-assignment',
    answers: { 200: gives(AUTO_ASSIGNMENT, 'The auto-assignment.') },
  },
  put: {
    summary: 'Change an auto-assignment',
    body: { schema: object({}, { name: text(), description: text() }) },
    answers: { 200: gives(AUTO_ASSIGNMENT, 'As it is now.') },
  },
  delete: { summary: 'Delete an auto-assignment', answers: { 204: 'It is gone.' } },
} satisfies Record<string, Operation>;
