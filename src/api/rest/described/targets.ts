import { TARGET_SORT_NAMES } from '../../../services/fleet/targets/order.ts';
import type { Target } from '../../../services/fleet/targets/target.ts';
import { gives, type Operation, query } from '../../openapi/operation.ts';
import {
  component,
  flag,
  id,
  list,
  map,
  object,
  oneOrMany,
  text,
  time,
  words,
} from '../../openapi/schema.ts';
import { AUTHORSHIP, LIMIT, LINKS, OFFSET, pageOf, paging } from '../../openapi/shared.ts';

export const TARGET = component(
  'Target',
  object(
    {
      ...AUTHORSHIP,
      controllerId: text('Its name on the wire, unique in the tenant.'),
      name: text('Its name for people.'),
      updateStatus: words<Target['updateStatus']>(
        { unknown: true, registered: true, pending: true, in_sync: true, error: true },
        'How it stands with its updates.',
      ),
      requestAttributes: flag('Whether the device is asked for its attributes at its next poll.'),
      _links: LINKS,
    },
    {
      description: text(),
      group: text('The group that it is in.'),
      lastControllerRequestAt: time('When it polled last, in milliseconds since 1970.'),
      installedAt: time('When its installed set was installed, in milliseconds since 1970.'),
      autoConfirmActive: flag('Whether its actions are confirmed without asking.'),
      ipAddress: text('The host of its address.'),
      address: text('Where it was seen last.'),
      pollStatus: object({
        lastRequestAt: time(),
        nextExpectedRequestAt: time(),
        overdue: flag('Whether it should have polled since.'),
      }),
      securityToken: text('What the device signs in with; only for callers who may read it.'),
      targetType: id('The id of its type.'),
      targetTypeName: text(),
    },
    'The record of a device.',
  ),
);

export const TARGET_PAGE = pageOf('Target', TARGET);

const GIVEN = {
  name: text(),
  description: text(),
  address: text('Where it is: a URI.'),
  securityToken: text('What the device signs in with; made where none is given.'),
  requestAttributes: flag('Whether the device is asked for its attributes at its next poll.'),
  targetType: id('The id of its type; -1 takes it away in a change.'),
};
const GIVEN_TARGET = object({ controllerId: text('1 to 256 characters.') }, { ...GIVEN, group: text() });

export const TARGETS = {
  get: {
    summary: 'List targets',
    parameters: paging(TARGET_SORT_NAMES),
    answers: { 200: gives(TARGET_PAGE, 'A page of targets.') },
  },
  post: {
    summary: 'Create targets',
    description: 'All of the list or none.',
    body: { schema: oneOrMany(GIVEN_TARGET) },
    answers: { 201: gives(list(TARGET), 'The new targets.') },
  },
} satisfies Record<string, Operation>;

export const TARGET_ITEM = {
  get: { summary: 'Read a target', answers: { 200: gives(TARGET, 'The target.') } },
  put: {
    summary: 'Change a target',
    description: 'What is not given stays as it is.',
    body: {
      schema: object({}, { ...GIVEN, controllerId: text('Ignored.'), group: text('Ignored.') }),
    },
    answers: { 200: gives(TARGET, 'The target as it is now.') },
  },
  delete: { summary: 'Delete a target', permission: 'DELETE_TARGET', answers: { 204: 'It is gone.' } },
} satisfies Record<string, Operation>;

export const TARGET_ATTRIBUTES = {
  get: {
    summary: 'Read the attributes of a target',
    description: 'What the device says of itself.',
    answers: { 200: gives(map(text()), 'The attributes.'), 204: 'It has none.' },
  },
} satisfies Record<string, Operation>;

export const TYPE_OF_TARGET = {
  post: {
    summary: 'Give a target a type',
    body: { schema: object({ id: id('The id of the type.') }) },
    answers: { 204: 'It is of this type now.' },
  },
  delete: { summary: 'Take the type of a target away', answers: { 204: 'It has no type now.' } },
} satisfies Record<string, Operation>;

const CONFIRMER = {
  initiator: text('Who consents.'),
  remark: text('Why.'),
};
export const AUTO_CONFIRM = {
  get: {
    summary: 'Read whether the actions of a target are confirmed without asking',
    answers: {
      200: gives(
        component(
          'AutoConfirm',
          object({ active: flag(), _links: LINKS }, { ...CONFIRMER, activatedAt: time() }),
        ),
        'Whether, since when, and by whom.',
      ),
    },
  },
} satisfies Record<string, Operation>;
export const ACTIVATE_AUTO_CONFIRM = {
  post: {
    summary: 'Confirm all actions of a target without asking, from now on',
    body: { schema: object({}, CONFIRMER) },
    answers: { 204: 'They are.' },
  },
} satisfies Record<string, Operation>;
export const DEACTIVATE_AUTO_CONFIRM = {
  post: { summary: 'Ask again before each action of a target', answers: { 204: 'It is asked again.' } },
} satisfies Record<string, Operation>;

const ENTRY = component('MetadataEntry', object({ key: text(), value: text() }));
export const METADATA = {
  get: {
    summary: 'List the metadata of a target',
    description: 'All of it, unless `limit` is given.',
    parameters: [OFFSET, LIMIT],
    answers: { 200: gives(pageOf('MetadataEntry', ENTRY), 'The entries.') },
  },
  post: {
    summary: 'Add metadata to a target',
    body: { schema: oneOrMany(object({ key: text(), value: text() })) },
    answers: { 201: 'The entries are there.' },
  },
} satisfies Record<string, Operation>;
export const METADATA_ENTRY = {
  get: { summary: 'Read an entry of the metadata of a target', answers: { 200: gives(ENTRY, 'The entry.') } },
  put: {
    summary: 'Change an entry of the metadata of a target',
    body: { schema: object({ value: text() }, { key: text('Ignored: it is in the path.') }) },
    answers: { 204: 'It is changed.' },
  },
  delete: { summary: 'Delete an entry of the metadata of a target', answers: { 204: 'It is gone.' } },
} satisfies Record<string, Operation>;

const IDS = list(text(), 'The controllerIds of targets.');
const GROUP = query('group', 'The name of the group.', text());
const THE_GROUP = { ...GROUP, required: true };
const MATCHING = { ...paging({})[0]!, required: true };
export const TARGET_GROUPS = {
  get: { summary: 'List the names of all groups', answers: { 200: gives(list(text()), 'The names.') } },
  put: {
    summary: 'Put targets that match a filter into a group',
    parameters: [THE_GROUP, MATCHING],
    answers: { 204: 'They are in it.' },
  },
  delete: {
    summary: 'Take targets that match a filter out of their groups',
    description: 'Without a filter: all that are in a group.',
    parameters: [paging({})[0]!],
    answers: { 204: 'They are in none.' },
  },
} satisfies Record<string, Operation>;
export const TARGETS_OF_GROUP = {
  get: {
    summary: 'List the targets of a group, whatever its name has in it',
    parameters: [
      THE_GROUP,
      query('subgroups', 'Whether those of groups below it are listed too.', flag()),
      ...paging(TARGET_SORT_NAMES).slice(1),
    ],
    answers: { 200: gives(TARGET_PAGE, 'A page of targets.') },
  },
  put: {
    summary: 'Put targets into a group, whatever its name has in it',
    parameters: [THE_GROUP],
    body: { schema: IDS },
    answers: { 204: 'They are in it.' },
  },
  delete: {
    summary: 'Take targets out of their groups',
    body: { schema: IDS },
    answers: { 204: 'They are in none.' },
  },
} satisfies Record<string, Operation>;
export const TARGET_GROUP = {
  put: {
    summary: 'Put targets that match a filter into this group',
    parameters: [MATCHING],
    answers: { 204: 'They are in it.' },
  },
} satisfies Record<string, Operation>;
export const TARGETS_OF_THIS_GROUP = {
  get: {
    summary: 'List the targets of this group',
    parameters: paging(TARGET_SORT_NAMES).slice(1),
    answers: { 200: gives(TARGET_PAGE, 'A page of targets.') },
  },
  put: { summary: 'Put targets into this group', body: { schema: IDS }, answers: { 204: 'They are in it.' } },
} satisfies Record<string, Operation>;
