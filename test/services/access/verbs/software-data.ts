import { Readable } from 'node:stream';
import {
  addCompatibleSetTypes,
  findCompatibleSetTypes,
  listCompatibleSetTypes,
  removeCompatibleSetTypes,
} from '../../../../src/services/fleet/target-types/compatible-set-types.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { createExternalArtifact } from '../../../../src/services/software/artifacts/create-external.ts';
import { createArtifactUpload } from '../../../../src/services/software/artifacts/create-upload.ts';
import { deleteArtifact } from '../../../../src/services/software/artifacts/delete.ts';
import { openArtifact } from '../../../../src/services/software/artifacts/download.ts';
import {
  findArtifact,
  findArtifacts,
  findArtifactsOfModules,
} from '../../../../src/services/software/artifacts/find.ts';
import { uploadArtifact } from '../../../../src/services/software/artifacts/upload.ts';
import { deleteDistributionSetMetadata } from '../../../../src/services/software/distribution-set-metadata/delete.ts';
import {
  findMetadataOfSets,
  findSetMetadata,
  listSetMetadata,
} from '../../../../src/services/software/distribution-set-metadata/find.ts';
import { setDistributionSetMetadata } from '../../../../src/services/software/distribution-set-metadata/set.ts';
import {
  assignDistributionSetTag,
  unassignDistributionSetTag,
} from '../../../../src/services/software/distribution-set-tags/assign.ts';
import { createDistributionSetTags } from '../../../../src/services/software/distribution-set-tags/create.ts';
import { deleteDistributionSetTag } from '../../../../src/services/software/distribution-set-tags/delete.ts';
import {
  findDistributionSetTag,
  findDistributionSetTags,
  findTagsOfSets,
} from '../../../../src/services/software/distribution-set-tags/find.ts';
import {
  listDistributionSetTags,
  listTaggedSets,
} from '../../../../src/services/software/distribution-set-tags/list.ts';
import { updateDistributionSetTag } from '../../../../src/services/software/distribution-set-tags/update.ts';
import { suggestTargetFilters } from '../../../../src/services/software/distribution-sets/target-filter.ts';
import { deleteModuleMetadata } from '../../../../src/services/software/software-module-metadata/delete.ts';
import {
  findMetadataOfModules,
  findModuleMetadata,
  listModuleMetadata,
} from '../../../../src/services/software/software-module-metadata/find.ts';
import { setModuleMetadata } from '../../../../src/services/software/software-module-metadata/set.ts';
import { cpioOf } from '../../../support/updates.ts';
import { makeSoftware, outcome, softwareOf } from './software.ts';
import { ITS_OWN, type Verb, type Verbs } from './verb.ts';
import type { Side } from './world.ts';

interface Data {
  artifactId: number;
  tagId: number;
}
const made = new WeakMap<Side, Data>();
const dataOf = (side: Side): Data => made.get(side)!;

/** An update for SWUpdate. */
const updateFor = (hardware: string) =>
  cpioOf({
    'sw-description': `software = { version = "1"; hardware-compatibility: [ "${hardware}" ]; };`,
  });
const upload = (context: Context, moduleId: number, filename: string) =>
  uploadArtifact(context, {
    moduleId,
    content: Readable.from([updateFor(filename)]),
    details: async () => ({ filename }),
  });

/** What belongs to the software of a side: a file, metadata, a tag; and its set type suits its target type. */
async function makeData(admin: Context, side: Side): Promise<void> {
  await makeSoftware(admin, side);
  const { moduleId, setId, setTypeId } = softwareOf(side);
  const { id: artifactId } = await upload(admin, moduleId, side.name);
  const entries = [{ key: side.name, value: 'v' }];
  await setModuleMetadata(admin, { id: moduleId, entries });
  await setDistributionSetMetadata(admin, { id: setId, entries });
  const tags = await createDistributionSetTags(admin, { distributionSetTags: [{ name: side.name }] });
  const tagId = tags.created[0]!.id;
  await assignDistributionSetTag(admin, { tagId, setIds: [setId] });
  await addCompatibleSetTypes(admin, { id: side.typeId, setTypeIds: [setTypeId] });
  made.set(side, { artifactId, tagId });
}

const on = (verb: Omit<Verb, 'given'>): Verb => ({ ...verb, given: makeData });
const TAGS = 'a tag is no set';

export const ARTIFACT_VERBS: Verbs = {
  uploadArtifact: on({
    needs: ['CREATE_SOFTWARE_MODULE'],
    call: (c, side) => upload(c, softwareOf(side).moduleId, 'new'),
    beyond: { CREATE_SOFTWARE_MODULE: 'SOFTWARE_MODULE_NOT_FOUND' },
  }),
  createExternalArtifact: on({
    needs: ['CREATE_SOFTWARE_MODULE'],
    call: (c, side) =>
      createExternalArtifact(c, {
        moduleId: softwareOf(side).moduleId,
        filename: 'external',
        url: 'https://example.com/file',
        size: 1,
        sha256: '0'.repeat(64),
      }),
    beyond: { CREATE_SOFTWARE_MODULE: 'SOFTWARE_MODULE_NOT_FOUND' },
    elsewhere: 'SOFTWARE_MODULE_NOT_FOUND',
  }),
  createArtifactUpload: on({
    needs: ['CREATE_SOFTWARE_MODULE'],
    call: (c, side) => createArtifactUpload(c, { moduleId: softwareOf(side).moduleId, filename: 'new' }),
    beyond: { CREATE_SOFTWARE_MODULE: 'SOFTWARE_MODULE_NOT_FOUND' },
  }),
  deleteArtifact: on({
    needs: ['DELETE_SOFTWARE_MODULE'],
    call: (c, side) =>
      deleteArtifact(c, { moduleId: softwareOf(side).moduleId, id: dataOf(side).artifactId }),
    beyond: { DELETE_SOFTWARE_MODULE: 'SOFTWARE_MODULE_NOT_FOUND' },
  }),
  findArtifact: on({
    needs: ['READ_SOFTWARE_MODULE'],
    call: (c, side) => findArtifact(c, softwareOf(side).moduleId, dataOf(side).artifactId),
    beyond: { READ_SOFTWARE_MODULE: 'ARTIFACT_NOT_FOUND' },
  }),
  findArtifacts: on({
    needs: ['READ_SOFTWARE_MODULE'],
    call: (c, side) => findArtifacts(c, [dataOf(side).artifactId]),
    beyond: { READ_SOFTWARE_MODULE: [undefined] },
  }),
  findArtifactsOfModules: on({
    needs: ['READ_SOFTWARE_MODULE'],
    async call(context, side) {
      const { moduleId } = softwareOf(side);
      return (await findArtifactsOfModules(context, [moduleId])).get(moduleId);
    },
    beyond: { READ_SOFTWARE_MODULE: [] },
  }),
  suggestTargetFilters: on({
    needs: ['READ_DISTRIBUTION_SET'],
    call: (c, side) => suggestTargetFilters(c, [softwareOf(side).setId]),
    beyond: { READ_DISTRIBUTION_SET: [null], READ_SOFTWARE_MODULE: [null] },
  }),
  openArtifact: on({
    needs: ['DOWNLOAD_REPOSITORY_ARTIFACT'],
    call: async (c, side) => {
      const { moduleId } = softwareOf(side);
      return (await openArtifact(c, { moduleId, id: dataOf(side).artifactId })).filename;
    },
    beyond: { DOWNLOAD_REPOSITORY_ARTIFACT: 'ARTIFACT_NOT_FOUND' },
  }),
};

export const SOFTWARE_METADATA_VERBS: Verbs = {
  setModuleMetadata: on({
    needs: ['UPDATE_SOFTWARE_MODULE'],
    call: (c, side) =>
      setModuleMetadata(c, { id: softwareOf(side).moduleId, entries: [{ key: 'new', value: 'v' }] }),
    beyond: { UPDATE_SOFTWARE_MODULE: 'SOFTWARE_MODULE_NOT_FOUND' },
  }),
  deleteModuleMetadata: on({
    needs: ['UPDATE_SOFTWARE_MODULE'],
    call: (c, side) => deleteModuleMetadata(c, { id: softwareOf(side).moduleId, keys: [side.name] }),
    beyond: { UPDATE_SOFTWARE_MODULE: 'SOFTWARE_MODULE_NOT_FOUND' },
  }),
  findModuleMetadata: on({
    needs: ['READ_SOFTWARE_MODULE'],
    call: (c, side) => findModuleMetadata(c, softwareOf(side).moduleId, side.name),
    beyond: { READ_SOFTWARE_MODULE: 'SOFTWARE_MODULE_NOT_FOUND' },
  }),
  listModuleMetadata: on({
    needs: ['READ_SOFTWARE_MODULE'],
    call: (c, side) => listModuleMetadata(c, softwareOf(side).moduleId),
    beyond: { READ_SOFTWARE_MODULE: 'SOFTWARE_MODULE_NOT_FOUND' },
  }),
  findMetadataOfModules: on({
    needs: ['READ_SOFTWARE_MODULE'],
    async call(context, side) {
      const { moduleId } = softwareOf(side);
      return (await findMetadataOfModules(context, [moduleId])).get(moduleId);
    },
    beyond: { READ_SOFTWARE_MODULE: [] },
  }),
  setDistributionSetMetadata: on({
    needs: ['UPDATE_DISTRIBUTION_SET'],
    call: (c, side) =>
      setDistributionSetMetadata(c, { id: softwareOf(side).setId, entries: [{ key: 'new', value: 'v' }] }),
    beyond: { UPDATE_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
  }),
  deleteDistributionSetMetadata: on({
    needs: ['UPDATE_DISTRIBUTION_SET'],
    call: (c, side) => deleteDistributionSetMetadata(c, { id: softwareOf(side).setId, keys: [side.name] }),
    beyond: { UPDATE_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
  }),
  findSetMetadata: on({
    needs: ['READ_DISTRIBUTION_SET'],
    call: (c, side) => findSetMetadata(c, softwareOf(side).setId, side.name),
    beyond: { READ_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
  }),
  listSetMetadata: on({
    needs: ['READ_DISTRIBUTION_SET'],
    call: (c, side) => listSetMetadata(c, softwareOf(side).setId),
    beyond: { READ_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
  }),
  findMetadataOfSets: on({
    needs: ['READ_DISTRIBUTION_SET'],
    async call(context, side) {
      const { setId } = softwareOf(side);
      return (await findMetadataOfSets(context, [setId])).get(setId);
    },
    beyond: { READ_DISTRIBUTION_SET: [] },
  }),
};

export const SET_TAG_VERBS: Verbs = {
  createDistributionSetTags: {
    needs: ['CREATE_DISTRIBUTION_SET'],
    async call(context, { name }) {
      const row = { name: `new ${name}` };
      return outcome(await createDistributionSetTags(context, { distributionSetTags: [row] }));
    },
    unnarrowed: TAGS,
    elsewhere: ITS_OWN,
  },
  'updateDistributionSetTag, by another name': on({
    needs: ['UPDATE_DISTRIBUTION_SET'],
    call: (c, side) => updateDistributionSetTag(c, { id: dataOf(side).tagId, name: `new ${side.name}` }),
    beyond: { UPDATE_DISTRIBUTION_SET: 'FORBIDDEN' },
    elsewhere: 'DISTRIBUTION_SET_TAG_NOT_FOUND',
  }),
  'updateDistributionSetTag, but its name': on({
    needs: ['UPDATE_DISTRIBUTION_SET'],
    call: (c, side) => updateDistributionSetTag(c, { id: dataOf(side).tagId, color: 'new' }),
    unnarrowed: TAGS,
    elsewhere: 'DISTRIBUTION_SET_TAG_NOT_FOUND',
  }),
  deleteDistributionSetTag: on({
    needs: ['DELETE_DISTRIBUTION_SET'],
    call: (c, side) => deleteDistributionSetTag(c, { id: dataOf(side).tagId }),
    beyond: { DELETE_DISTRIBUTION_SET: 'FORBIDDEN' },
    elsewhere: 'DISTRIBUTION_SET_TAG_NOT_FOUND',
  }),
  assignDistributionSetTag: on({
    needs: ['UPDATE_DISTRIBUTION_SET'],
    call: (c, side) =>
      assignDistributionSetTag(c, { tagId: dataOf(side).tagId, setIds: [softwareOf(side).setId] }),
    beyond: { UPDATE_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
    elsewhere: 'DISTRIBUTION_SET_TAG_NOT_FOUND',
  }),
  unassignDistributionSetTag: on({
    needs: ['UPDATE_DISTRIBUTION_SET'],
    call: (c, side) =>
      unassignDistributionSetTag(c, { tagId: dataOf(side).tagId, setIds: [softwareOf(side).setId] }),
    beyond: { UPDATE_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
    elsewhere: 'DISTRIBUTION_SET_TAG_NOT_FOUND',
  }),
  findDistributionSetTag: on({
    needs: ['READ_DISTRIBUTION_SET'],
    call: (c, side) => findDistributionSetTag(c, dataOf(side).tagId),
    unnarrowed: TAGS,
    elsewhere: 'DISTRIBUTION_SET_TAG_NOT_FOUND',
  }),
  findDistributionSetTags: on({
    needs: ['READ_DISTRIBUTION_SET'],
    call: (c, side) => findDistributionSetTags(c, [dataOf(side).tagId]),
    unnarrowed: TAGS,
    elsewhere: [undefined],
  }),
  findTagsOfSets: on({
    needs: ['READ_DISTRIBUTION_SET'],
    async call(context, side) {
      const { setId } = softwareOf(side);
      return (await findTagsOfSets(context, [setId])).get(setId);
    },
    beyond: { READ_DISTRIBUTION_SET: [] },
  }),
  listDistributionSetTags: on({
    needs: ['READ_DISTRIBUTION_SET'],
    call: async (c, { name }) => (await listDistributionSetTags(c, { filter: `name==${name}` })).total(),
    unnarrowed: TAGS,
    elsewhere: 0,
  }),
  listTaggedSets: on({
    needs: ['READ_DISTRIBUTION_SET'],
    call: async (c, side) => (await listTaggedSets(c, dataOf(side).tagId, {})).total(),
    beyond: { READ_DISTRIBUTION_SET: 0 },
    elsewhere: 'DISTRIBUTION_SET_TAG_NOT_FOUND',
  }),
};

export const COMPATIBILITY_VERBS: Verbs = {
  addCompatibleSetTypes: on({
    needs: ['UPDATE_TARGET_TYPE', 'READ_DISTRIBUTION_SET_TYPE'],
    call: (c, side) =>
      addCompatibleSetTypes(c, { id: side.typeId, setTypeIds: [softwareOf(side).setTypeId] }),
    beyond: {
      UPDATE_TARGET_TYPE: 'TARGET_TYPE_NOT_FOUND',
      READ_DISTRIBUTION_SET_TYPE: 'DISTRIBUTION_SET_TYPE_NOT_FOUND',
    },
  }),
  removeCompatibleSetTypes: on({
    needs: ['UPDATE_TARGET_TYPE', 'READ_DISTRIBUTION_SET_TYPE'],
    call: (c, side) =>
      removeCompatibleSetTypes(c, { id: side.typeId, setTypeIds: [softwareOf(side).setTypeId] }),
    beyond: {
      UPDATE_TARGET_TYPE: 'TARGET_TYPE_NOT_FOUND',
      READ_DISTRIBUTION_SET_TYPE: 'DISTRIBUTION_SET_TYPE_NOT_FOUND',
    },
  }),
  findCompatibleSetTypes: on({
    needs: ['READ_TARGET_TYPE', 'READ_DISTRIBUTION_SET_TYPE'],
    call: async (c, { typeId }) => (await findCompatibleSetTypes(c, [typeId])).get(typeId),
    beyond: { READ_TARGET_TYPE: [], READ_DISTRIBUTION_SET_TYPE: [] },
  }),
  listCompatibleSetTypes: on({
    needs: ['READ_TARGET_TYPE', 'READ_DISTRIBUTION_SET_TYPE'],
    call: (c, { typeId }) => listCompatibleSetTypes(c, typeId),
    beyond: { READ_TARGET_TYPE: 'TARGET_TYPE_NOT_FOUND', READ_DISTRIBUTION_SET_TYPE: [] },
  }),
};
