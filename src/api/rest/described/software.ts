import { DISTRIBUTION_SET_SORT_NAMES } from '../../../services/software/distribution-sets/fields.ts';
import { CANCELLATIONS } from '../../../services/software/distribution-sets/invalidate.ts';
import { SOFTWARE_MODULE_SORT_NAMES } from '../../../services/software/software-modules/fields.ts';
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
  oneOrMany,
  text,
} from '../../openapi/schema.ts';
import { AUTHORSHIP, LIMIT, LINKS, OFFSET, pageOf, paging } from '../../openapi/shared.ts';
import { type DescribedCollection, REFERENCE } from './collections.ts';

const CHANGES_OF_TYPE = { description: text(), colour: text('A color, such as `#ff0000`.') };
const TYPE = {
  ...AUTHORSHIP,
  id: id(),
  key: text('Its short name, which sets and modules name.'),
  name: text(),
  deleted: flag(),
  _links: LINKS,
};

const MODULE_TYPE_ITEM = component(
  'SoftwareModuleType',
  object(
    { ...TYPE, minArtifacts: integer(), maxAssignments: integer('How many of it a set may have.') },
    CHANGES_OF_TYPE,
  ),
);
export const MODULE_TYPE: DescribedCollection = {
  one: 'a software module type',
  many: 'software module types',
  item: MODULE_TYPE_ITEM,
  page: pageOf('SoftwareModuleType', MODULE_TYPE_ITEM),
  create: object(
    { key: text(), name: text() },
    { ...CHANGES_OF_TYPE, minArtifacts: integer(), maxAssignments: integer() },
  ),
  update: object({}, CHANGES_OF_TYPE),
  showsDeleted: true,
};

export const SET_TYPE_ITEM = component('DistributionSetType', object(TYPE, CHANGES_OF_TYPE));
export const SET_TYPE: DescribedCollection = {
  one: 'a distribution set type',
  many: 'distribution set types',
  item: SET_TYPE_ITEM,
  page: pageOf('DistributionSetType', SET_TYPE_ITEM),
  create: object(
    { key: text(), name: text() },
    { ...CHANGES_OF_TYPE, mandatorymodules: list(REFERENCE), optionalmodules: list(REFERENCE) },
  ),
  update: object({}, CHANGES_OF_TYPE),
  showsDeleted: true,
};
export const SET_TYPES_OF_TARGET_TYPE = {
  get: {
    summary: 'List the distribution set types that suit a target type',
    answers: { 200: gives(list(SET_TYPE_ITEM), 'The types.') },
  },
  post: {
    summary: 'Let distribution set types suit a target type',
    body: { schema: oneOrMany(REFERENCE) },
    answers: { 204: 'They do.' },
  },
} satisfies Record<string, Operation>;
export const SET_TYPE_OF_TARGET_TYPE = {
  delete: {
    summary: 'Let a distribution set type no longer suit a target type',
    permission: 'UPDATE_TARGET_TYPE',
    answers: { 204: 'It does not.' },
  },
} satisfies Record<string, Operation>;
export const MODULE_TYPES_OF_SET_TYPE = {
  get: {
    summary: 'List module types of a distribution set type',
    answers: { 200: gives(list(MODULE_TYPE_ITEM), 'The types.') },
  },
  post: {
    summary: 'Add a module type to a distribution set type',
    body: { schema: REFERENCE },
    answers: { 204: 'It is added.' },
  },
} satisfies Record<string, Operation>;
export const MODULE_TYPE_OF_SET_TYPE = {
  get: {
    summary: 'Read a module type of a distribution set type',
    answers: { 200: gives(MODULE_TYPE_ITEM, 'The type.') },
  },
  delete: { summary: 'Take a module type from a distribution set type', answers: { 204: 'It is gone.' } },
} satisfies Record<string, Operation>;

const MODULE_ITEM = component(
  'SoftwareModule',
  object(
    {
      ...AUTHORSHIP,
      id: id(),
      name: text(),
      version: text(),
      encrypted: flag('Always false.'),
      locked: flag('Whether it can no longer change.'),
      deleted: flag(),
      complete: flag('Whether it has as many artifacts as its type asks for.'),
      _links: LINKS,
    },
    { type: text('The key of its type.'), typeName: text(), description: text(), vendor: text() },
  ),
);
const MODULE_PAGE = pageOf('SoftwareModule', MODULE_ITEM);
export const MODULE: DescribedCollection = {
  one: 'a software module',
  many: 'software modules',
  item: MODULE_ITEM,
  page: MODULE_PAGE,
  create: object(
    { name: text(), version: text(), type: text('The key of its type.') },
    { description: text(), vendor: text(), encrypted: flag('Refused where it is true.') },
  ),
  update: object({}, { description: text(), vendor: text(), locked: flag('Only true.') }),
  showsDeleted: true,
};

export const SET_ITEM = component(
  'DistributionSet',
  object(
    {
      ...AUTHORSHIP,
      id: id(),
      name: text(),
      version: text(),
      requiredMigrationStep: flag('Whether devices must pass through it.'),
      locked: flag('Whether it can no longer change.'),
      deleted: flag(),
      valid: flag('False once it was invalidated.'),
      complete: flag('Whether it has all modules that its type asks for.'),
      modules: list(MODULE_ITEM),
      _links: LINKS,
    },
    { type: text('The key of its type.'), typeName: text(), description: text() },
  ),
);
const SET_PAGE = pageOf('DistributionSet', SET_ITEM);
const SET_GIVEN = { description: text(), requiredMigrationStep: flag(), locked: flag() };
export const SET: DescribedCollection = {
  one: 'a distribution set',
  many: 'distribution sets',
  item: SET_ITEM,
  page: SET_PAGE,
  create: object(
    { name: text(), version: text() },
    { ...SET_GIVEN, type: text('The key of its type.'), modules: list(REFERENCE) },
  ),
  update: object({}, { ...SET_GIVEN, name: text(), version: text() }),
  showsDeleted: true,
};

export const INVALIDATE = {
  post: {
    summary: 'Invalidate a distribution set',
    description: 'It can no longer be assigned, its rollouts stop, and its auto-assignments end.',
    body: {
      schema: object({
        actionCancelationType: oneOfTexts(
          CANCELLATIONS.map((word) => word.toLowerCase()),
          'What becomes of its running actions.',
        ),
      }),
    },
    answers: { 204: 'It is invalid.' },
  },
} satisfies Record<string, Operation>;
export const MODULES_OF_SET = {
  get: {
    summary: 'List the modules of a distribution set',
    parameters: paging(SOFTWARE_MODULE_SORT_NAMES),
    answers: { 200: gives(MODULE_PAGE, 'A page of modules.') },
  },
  post: {
    summary: 'Add modules to a distribution set',
    body: { schema: oneOrMany(REFERENCE) },
    answers: { 204: 'They are in it.' },
  },
} satisfies Record<string, Operation>;
export const MODULE_OF_SET = {
  delete: { summary: 'Take a module from a distribution set', answers: { 204: 'It is not in it.' } },
} satisfies Record<string, Operation>;
export const TAGGED_SETS = {
  get: {
    summary: 'List the distribution sets that have a tag',
    parameters: paging(DISTRIBUTION_SET_SORT_NAMES),
    answers: { 200: gives(SET_PAGE, 'A page of sets.') },
  },
  post: {
    summary: 'Give distribution sets a tag',
    body: { schema: list(either(id(), text()), 'The ids of sets.') },
    answers: { 204: 'They have it.' },
  },
  delete: {
    summary: 'Take a tag from distribution sets',
    body: { schema: list(either(id(), text()), 'The ids of sets.') },
    answers: { 204: 'They do not have it.' },
  },
} satisfies Record<string, Operation>;
export const TAGGED_SET = {
  post: { summary: 'Give a distribution set a tag', answers: { 204: 'It has it.' } },
  delete: { summary: 'Take a tag from a distribution set', answers: { 204: 'It does not have it.' } },
} satisfies Record<string, Operation>;

const VISIBLE = flag('Of modules only: whether devices get it with their update.');
const ENTRY = component(
  'SoftwareMetadataEntry',
  object({ key: text(), value: text() }, { targetVisible: VISIBLE }),
);
export const SOFTWARE_METADATA = {
  get: {
    summary: 'List metadata',
    description: 'All of it, unless `limit` is given.',
    parameters: [OFFSET, LIMIT],
    answers: { 200: gives(pageOf('SoftwareMetadataEntry', ENTRY), 'The entries.') },
  },
  post: {
    summary: 'Set entries of the metadata',
    body: { schema: oneOrMany(object({ key: text() }, { value: text(), targetVisible: VISIBLE })) },
    answers: { 201: 'The entries are there.' },
  },
} satisfies Record<string, Operation>;
export const SOFTWARE_METADATA_ENTRY = {
  get: { summary: 'Read an entry of the metadata', answers: { 200: gives(ENTRY, 'The entry.') } },
  put: {
    summary: 'Set an entry of the metadata',
    body: { schema: object({}, { key: text('Ignored.'), value: text(), targetVisible: VISIBLE }) },
    answers: { 204: 'It is set.' },
  },
  delete: { summary: 'Delete an entry of the metadata', answers: { 204: 'It is gone.' } },
} satisfies Record<string, Operation>;
