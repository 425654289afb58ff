import { activateAutoConfirm } from '../../../../src/services/deployments/auto-confirm/activate.ts';
import { deactivateAutoConfirm } from '../../../../src/services/deployments/auto-confirm/deactivate.ts';
import { findAutoConfirm } from '../../../../src/services/deployments/auto-confirm/find.ts';
import { setAutoConfirm } from '../../../../src/services/deployments/auto-confirm/set.ts';
import { createTargetFilter } from '../../../../src/services/fleet/target-filters/create.ts';
import { deleteTargetFilter } from '../../../../src/services/fleet/target-filters/delete.ts';
import { findTargetFilter, findTargetFilters } from '../../../../src/services/fleet/target-filters/find.ts';
import { listTargetFilters } from '../../../../src/services/fleet/target-filters/list.ts';
import { updateTargetFilter } from '../../../../src/services/fleet/target-filters/update.ts';
import { createTargetMetadata } from '../../../../src/services/fleet/target-metadata/create.ts';
import { deleteTargetMetadata } from '../../../../src/services/fleet/target-metadata/delete.ts';
import {
  findMetadataEntry,
  findTargetMetadata,
} from '../../../../src/services/fleet/target-metadata/find.ts';
import { setTargetMetadata } from '../../../../src/services/fleet/target-metadata/set.ts';
import { assignTargetTags } from '../../../../src/services/fleet/target-tags/assign.ts';
import { createTargetTags } from '../../../../src/services/fleet/target-tags/create.ts';
import { deleteTargetTag } from '../../../../src/services/fleet/target-tags/delete.ts';
import {
  findTagsOfTargets,
  findTargetTag,
  findTargetTags,
} from '../../../../src/services/fleet/target-tags/find.ts';
import { listTaggedTargets, listTargetTags } from '../../../../src/services/fleet/target-tags/list.ts';
import { unassignTargetTags } from '../../../../src/services/fleet/target-tags/unassign.ts';
import { updateTargetTag } from '../../../../src/services/fleet/target-tags/update.ts';
import { ITS_OWN, type Verbs } from './verb.ts';

const TAGS = 'a tag is no target: who may read some targets may read how they are called';
const FILTERS = 'a target filter is text: what it finds is narrowed where it is asked';

const entries = [{ key: 'new', value: 'v' }];

export const METADATA_VERBS: Verbs = {
  createTargetMetadata: {
    needs: ['UPDATE_TARGET'],
    call: (c, { name }) => createTargetMetadata(c, { controllerId: name, entries }),
    beyond: { UPDATE_TARGET: 'TARGET_NOT_FOUND' },
  },
  'setTargetMetadata by name': {
    needs: ['UPDATE_TARGET'],
    call: (c, { name }) => setTargetMetadata(c, { controllerIds: [name], entries }),
    beyond: { UPDATE_TARGET: 'TARGET_NOT_FOUND' },
  },
  'setTargetMetadata by filter': {
    needs: ['UPDATE_TARGET'],
    call: (c, { name }) => setTargetMetadata(c, { filter: `id==${name}`, entries }),
    beyond: { UPDATE_TARGET: 0 },
  },
  'deleteTargetMetadata by name': {
    needs: ['UPDATE_TARGET'],
    call: (c, { name }) => deleteTargetMetadata(c, { controllerIds: [name], keys: [name] }),
    beyond: { UPDATE_TARGET: 'TARGET_NOT_FOUND' },
  },
  'deleteTargetMetadata by filter': {
    needs: ['UPDATE_TARGET'],
    call: (c, { name }) => deleteTargetMetadata(c, { filter: `id==${name}`, keys: [name] }),
    beyond: { UPDATE_TARGET: 0 },
  },
  findTargetMetadata: {
    needs: ['READ_TARGET'],
    call: async (c, { targetId }) => (await findTargetMetadata(c, [targetId])).get(targetId),
    beyond: { READ_TARGET: [] },
  },
  findMetadataEntry: {
    needs: ['READ_TARGET'],
    call: (c, { name }) => findMetadataEntry(c, name, name),
    beyond: { READ_TARGET: 'TARGET_NOT_FOUND' },
  },
};

export const TAG_VERBS: Verbs = {
  createTargetTags: {
    needs: ['CREATE_TARGET'],
    call: (c) => createTargetTags(c, { targetTags: [{ name: 'new' }] }),
    unnarrowed: TAGS,
    elsewhere: ITS_OWN,
  },
  'updateTargetTag, by another name': {
    needs: ['UPDATE_TARGET'],
    call: (c, { tagId, name }) => updateTargetTag(c, { id: tagId, name: `new ${name}` }),
    beyond: { UPDATE_TARGET: 'FORBIDDEN' },
    elsewhere: 'TARGET_TAG_NOT_FOUND',
  },
  'updateTargetTag, but its name': {
    needs: ['UPDATE_TARGET'],
    call: (c, { tagId }) => updateTargetTag(c, { id: tagId, color: 'new' }),
    unnarrowed: TAGS,
    elsewhere: 'TARGET_TAG_NOT_FOUND',
  },
  deleteTargetTag: {
    needs: ['DELETE_TARGET'],
    call: (c, { tagId }) => deleteTargetTag(c, { id: tagId }),
    beyond: { DELETE_TARGET: 'FORBIDDEN' },
    elsewhere: 'TARGET_TAG_NOT_FOUND',
  },
  findTargetTag: {
    needs: ['READ_TARGET'],
    call: (c, { tagId }) => findTargetTag(c, tagId),
    unnarrowed: TAGS,
    elsewhere: 'TARGET_TAG_NOT_FOUND',
  },
  findTargetTags: {
    needs: ['READ_TARGET'],
    call: (c, { tagId }) => findTargetTags(c, [tagId]),
    unnarrowed: TAGS,
    elsewhere: [undefined],
  },
  listTargetTags: {
    needs: ['READ_TARGET'],
    call: async (c, { name }) => (await listTargetTags(c, { filter: `name==${name}` })).total(),
    unnarrowed: TAGS,
    elsewhere: 0,
  },
  'assignTargetTags by name': {
    needs: ['UPDATE_TARGET'],
    call: (c, { name }) => assignTargetTags(c, { tagNames: ['spare'], controllerIds: [name] }),
    beyond: { UPDATE_TARGET: 'TARGET_NOT_FOUND' },
    elsewhere: 'TARGET_TAG_NOT_FOUND',
  },
  'assignTargetTags by filter': {
    needs: ['UPDATE_TARGET'],
    call: (c, { name }) => assignTargetTags(c, { tagNames: ['spare'], filter: `id==${name}` }),
    beyond: { UPDATE_TARGET: { affectedCount: 0, faults: [] } },
    elsewhere: 'TARGET_TAG_NOT_FOUND',
  },
  'assignTargetTags, naming what is missing': {
    needs: ['UPDATE_TARGET'],
    async call(context, { name }) {
      const choice = { tagNames: ['spare'], controllerIds: [name] };
      const { faults } = await assignTargetTags(context, { ...choice, onNotFound: 'ON_WHAT_FOUND_AND_FAIL' });
      return faults.map(({ code }) => code);
    },
    beyond: { UPDATE_TARGET: ['TARGET_NOT_FOUND'] },
    elsewhere: 'TARGET_TAG_NOT_FOUND',
  },
  'unassignTargetTags by name': {
    needs: ['UPDATE_TARGET'],
    call: (c, { name }) => unassignTargetTags(c, { tagNames: [name], controllerIds: [name] }),
    beyond: { UPDATE_TARGET: 'TARGET_NOT_FOUND' },
    elsewhere: 'TARGET_TAG_NOT_FOUND',
  },
  'unassignTargetTags by filter': {
    needs: ['UPDATE_TARGET'],
    call: (c, { name }) => unassignTargetTags(c, { tagNames: [name], filter: `id==${name}` }),
    beyond: { UPDATE_TARGET: { affectedCount: 0, faults: [] } },
    elsewhere: 'TARGET_TAG_NOT_FOUND',
  },
  findTagsOfTargets: {
    needs: ['READ_TARGET'],
    call: async (c, { targetId }) => (await findTagsOfTargets(c, [targetId])).get(targetId),
    beyond: { READ_TARGET: [] },
  },
  listTaggedTargets: {
    needs: ['READ_TARGET'],
    call: async (c, { tagId }) => (await listTaggedTargets(c, tagId, {})).total(),
    beyond: { READ_TARGET: 0 },
    elsewhere: 'TARGET_TAG_NOT_FOUND',
  },
};

export const AUTO_CONFIRM_VERBS: Verbs = {
  activateAutoConfirm: {
    needs: ['UPDATE_TARGET'],
    call: (c, { name }) => activateAutoConfirm(c, { controllerId: name }),
    beyond: { UPDATE_TARGET: 'TARGET_NOT_FOUND' },
  },
  deactivateAutoConfirm: {
    needs: ['UPDATE_TARGET'],
    given: (admin, { name }) => activateAutoConfirm(admin, { controllerId: name }),
    call: (c, { name }) => deactivateAutoConfirm(c, { controllerId: name }),
    beyond: { UPDATE_TARGET: 'TARGET_NOT_FOUND' },
  },
  'setAutoConfirm by name': {
    needs: ['UPDATE_TARGET'],
    call: (c, { name }) => setAutoConfirm(c, { controllerIds: [name], active: true }),
    beyond: { UPDATE_TARGET: 'TARGET_NOT_FOUND' },
  },
  'setAutoConfirm by filter': {
    needs: ['UPDATE_TARGET'],
    call: (c, { name }) => setAutoConfirm(c, { filter: `id==${name}`, active: true }),
    beyond: { UPDATE_TARGET: 0 },
  },
  findAutoConfirm: {
    needs: ['READ_TARGET'],
    given: (admin, { name }) => activateAutoConfirm(admin, { controllerId: name }),
    call: async (c, { targetId }) => (await findAutoConfirm(c, [targetId])).map(({ active }) => active),
    beyond: { READ_TARGET: [false] },
  },
};

export const FILTER_VERBS: Verbs = {
  createTargetFilter: {
    needs: ['CREATE_TARGET'],
    call: (c) => createTargetFilter(c, { name: 'new', filter: 'id==*' }),
    unnarrowed: FILTERS,
    elsewhere: ITS_OWN,
  },
  updateTargetFilter: {
    needs: ['UPDATE_TARGET'],
    call: (c, { filterId }) => updateTargetFilter(c, { id: filterId, name: 'new' }),
    unnarrowed: FILTERS,
    elsewhere: 'TARGET_FILTER_NOT_FOUND',
  },
  deleteTargetFilter: {
    needs: ['DELETE_TARGET'],
    call: (c, { filterId }) => deleteTargetFilter(c, { id: filterId }),
    unnarrowed: FILTERS,
    elsewhere: 'TARGET_FILTER_NOT_FOUND',
  },
  findTargetFilter: {
    needs: ['READ_TARGET'],
    call: (c, { filterId }) => findTargetFilter(c, filterId),
    unnarrowed: FILTERS,
    elsewhere: 'TARGET_FILTER_NOT_FOUND',
  },
  findTargetFilters: {
    needs: ['READ_TARGET'],
    call: (c, { filterId }) => findTargetFilters(c, [filterId]),
    unnarrowed: FILTERS,
    elsewhere: [undefined],
  },
  listTargetFilters: {
    needs: ['READ_TARGET'],
    call: async (c, { name }) => (await listTargetFilters(c, { filter: `name==${name}` })).total(),
    unnarrowed: FILTERS,
    elsewhere: 0,
  },
};
