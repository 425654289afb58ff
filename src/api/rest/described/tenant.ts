import { gives, type Operation } from '../../openapi/operation.ts';
import { component, either, flag, integer, list, map, object, text, time } from '../../openapi/schema.ts';
import { LINKS } from '../../openapi/shared.ts';

const VALUE = either(text(), integer(), flag());
const ENTRY = {
  always: { value: VALUE, global: flag('Whether it is the one of the server, and not of the tenant.') },
  optional: { createdBy: text(), createdAt: time(), lastModifiedBy: text(), lastModifiedAt: time() },
};
export const CONFIGURATION = {
  get: {
    summary: 'Read all settings of the tenant',
    answers: {
      200: gives(
        map(
          component(
            'ListedSetting',
            object({ ...ENTRY.always, links: list(object({ rel: text(), href: text() })) }, ENTRY.optional),
          ),
        ),
        'The settings by their keys.',
      ),
    },
  },
  put: {
    summary: 'Change settings of the tenant',
    description: 'All that are given or none.',
    body: { schema: map(VALUE, 'Values by their keys.') },
    answers: { 204: 'They are changed.' },
  },
} satisfies Record<string, Operation>;
export const SETTING = {
  get: {
    summary: 'Read a setting of the tenant',
    answers: {
      200: gives(
        component('Setting', object({ ...ENTRY.always, _links: LINKS }, ENTRY.optional)),
        'The setting.',
      ),
    },
  },
  put: {
    summary: 'Change a setting of the tenant',
    body: { schema: object({ value: VALUE }) },
    answers: { 204: 'It is changed.' },
  },
  delete: { summary: 'Let a setting of the tenant be that of the server', answers: { 204: 'It is.' } },
} satisfies Record<string, Operation>;

export const USER_INFO = {
  get: {
    summary: 'Read who the caller is',
    answers: {
      200: gives(
        component('UserInfo', object({ tenant: text(), username: text(), permissions: list(text()) })),
        'The caller.',
      ),
    },
  },
} satisfies Record<string, Operation>;

const COUNTS = map(integer(), 'How many there are in each status, and in all.');
const STATISTICS = { actions: COUNTS, rollouts: COUNTS, totalAutoAssignments: integer() };
const counted = (what: string, schema = object({}, STATISTICS)): { get: Operation } => ({
  get: { summary: `Count ${what} of a distribution set`, answers: { 200: gives(schema, 'The counts.') } },
});
export const STATISTICS_OF_SET = counted('the actions, rollouts and auto-assignments', object(STATISTICS));
export const ACTION_STATISTICS = counted('the actions');
export const ROLLOUT_STATISTICS = counted('the rollouts');
export const AUTO_ASSIGNMENT_STATISTICS = counted('the auto-assignments');
