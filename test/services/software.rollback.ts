import { Readable } from 'node:stream';
import {
  addCompatibleSetTypes,
  removeCompatibleSetTypes,
} from '../../src/services/fleet/target-types/compatible-set-types.ts';
import { createTargetTypes } from '../../src/services/fleet/target-types/create.ts';
import type { Context } from '../../src/services/shared/context.ts';
import { createExternalArtifact } from '../../src/services/software/artifacts/create-external.ts';
import { createArtifactUpload } from '../../src/services/software/artifacts/create-upload.ts';
import { deleteArtifact } from '../../src/services/software/artifacts/delete.ts';
import { type UploadArtifact, uploadArtifact } from '../../src/services/software/artifacts/upload.ts';
import { deleteDistributionSetMetadata } from '../../src/services/software/distribution-set-metadata/delete.ts';
import { setDistributionSetMetadata } from '../../src/services/software/distribution-set-metadata/set.ts';
import {
  assignDistributionSetTag,
  unassignDistributionSetTag,
} from '../../src/services/software/distribution-set-tags/assign.ts';
import { createDistributionSetTags } from '../../src/services/software/distribution-set-tags/create.ts';
import { deleteDistributionSetTag } from '../../src/services/software/distribution-set-tags/delete.ts';
import { updateDistributionSetTag } from '../../src/services/software/distribution-set-tags/update.ts';
import { createDistributionSetTypes } from '../../src/services/software/distribution-set-types/create.ts';
import { deleteDistributionSetType } from '../../src/services/software/distribution-set-types/delete.ts';
import { setModuleTypeOfSets } from '../../src/services/software/distribution-set-types/set-module-type.ts';
import { updateDistributionSetType } from '../../src/services/software/distribution-set-types/update.ts';
import {
  assignModules,
  removeModules,
} from '../../src/services/software/distribution-sets/assign-modules.ts';
import { createDistributionSets } from '../../src/services/software/distribution-sets/create.ts';
import { deleteDistributionSet } from '../../src/services/software/distribution-sets/delete.ts';
import { invalidateDistributionSet } from '../../src/services/software/distribution-sets/invalidate.ts';
import { updateDistributionSet } from '../../src/services/software/distribution-sets/update.ts';
import { deleteModuleMetadata } from '../../src/services/software/software-module-metadata/delete.ts';
import { setModuleMetadata } from '../../src/services/software/software-module-metadata/set.ts';
import { createSoftwareModuleTypes } from '../../src/services/software/software-module-types/create.ts';
import { deleteSoftwareModuleType } from '../../src/services/software/software-module-types/delete.ts';
import { updateSoftwareModuleType } from '../../src/services/software/software-module-types/update.ts';
import { createSoftwareModules } from '../../src/services/software/software-modules/create.ts';
import { deleteSoftwareModule } from '../../src/services/software/software-modules/delete.ts';
import { updateSoftwareModule } from '../../src/services/software/software-modules/update.ts';

/** The software that the verbs below are called on. */
export interface SoftwareFixture {
  moduleTypeId: number;
  setTypeId: number;
  moduleId: number;
  otherModuleId: number;
  artifactId: number;
  setTagId: number;
  freeSetTagId: number;
  targetTypeId: number;
  suitedSetTypeId: number;
  setId: number;
}

export async function softwareFixture(context: Context): Promise<SoftwareFixture> {
  const moduleType = { key: 'old', name: 'old', maxAssignments: 2 };
  const moduleTypes = await createSoftwareModuleTypes(context, { softwareModuleTypes: [moduleType] });
  const setTypes = await createDistributionSetTypes(context, {
    distributionSetTypes: ['old', 'suited'].map((key) => ({ key, name: key })),
  });
  const modules = await createSoftwareModules(context, {
    softwareModules: ['old', 'other'].map((name) => ({ type: 'os', name, version: '1' })),
  });
  const [moduleId, otherModuleId] = modules.created.map(({ id }) => id);
  const sets = await createDistributionSets(context, {
    distributionSets: [{ name: 'old', version: '1', moduleIds: [moduleId!] }],
  });
  const artifact = await uploadArtifact(context, upload(otherModuleId!, 'old'));
  const setId = sets.created[0]!.id;
  const entries = [{ key: 'old', value: 'v' }];
  await setModuleMetadata(context, { id: moduleId!, entries });
  await setDistributionSetMetadata(context, { id: setId, entries });
  const tags = await createDistributionSetTags(context, {
    distributionSetTags: [{ name: 'old' }, { name: 'free' }],
  });
  const [setTagId, freeSetTagId] = tags.created.map(({ id }) => id);
  await assignDistributionSetTag(context, { tagId: setTagId!, setIds: [setId] });
  const suitedSetTypeId = setTypes.created[1]!.id;
  const { created: targetTypes } = await createTargetTypes(context, {
    targetTypes: [{ name: 'suited', compatibleDistributionSetTypeIds: [suitedSetTypeId] }],
  });
  const targetTypeId = targetTypes[0]!.id;
  return {
    artifactId: artifact.id,
    setTagId: setTagId!,
    freeSetTagId: freeSetTagId!,
    targetTypeId,
    suitedSetTypeId,
    moduleTypeId: moduleTypes.created[0]!.id,
    setTypeId: setTypes.created[0]!.id,
    moduleId: moduleId!,
    otherModuleId: otherModuleId!,
    setId,
  };
}

const upload = (moduleId: number, filename: string): UploadArtifact => ({
  moduleId,
  content: Readable.from([Buffer.from(filename)]),
  details: async () => ({ filename }),
});

/** Every verb on software that writes, called so that it would succeed. */
export const SOFTWARE_VERBS: Record<
  string,
  (context: Context, fixture: SoftwareFixture) => Promise<unknown>
> = {
  createSoftwareModuleTypes: (c) =>
    createSoftwareModuleTypes(c, { softwareModuleTypes: [{ key: 'new', name: 'new', maxAssignments: 1 }] }),
  updateSoftwareModuleType: (c, { moduleTypeId }) =>
    updateSoftwareModuleType(c, { id: moduleTypeId, color: 'new' }),
  deleteSoftwareModuleType: (c, { moduleTypeId }) => deleteSoftwareModuleType(c, { id: moduleTypeId }),
  createDistributionSetTypes: (c, { moduleTypeId }) =>
    createDistributionSetTypes(c, {
      distributionSetTypes: [{ key: 'new', name: 'new', optionalModuleTypeIds: [moduleTypeId] }],
    }),
  updateDistributionSetType: (c, { setTypeId }) =>
    updateDistributionSetType(c, { id: setTypeId, color: 'new' }),
  setModuleTypeOfSets: (c, { setTypeId, moduleTypeId }) =>
    setModuleTypeOfSets(c, { id: setTypeId, moduleTypeId, role: 'MANDATORY' }),
  deleteDistributionSetType: (c, { setTypeId }) => deleteDistributionSetType(c, { id: setTypeId }),
  createSoftwareModules: (c) =>
    createSoftwareModules(c, { softwareModules: [{ type: 'os', name: 'new', version: '1' }] }),
  updateSoftwareModule: (c, { moduleId }) => updateSoftwareModule(c, { id: moduleId, vendor: 'new' }),
  deleteSoftwareModule: (c, { moduleId }) => deleteSoftwareModule(c, { id: moduleId }),
  uploadArtifact: (c, { moduleId }) => uploadArtifact(c, upload(moduleId, 'new')),
  createExternalArtifact: (c, { moduleId }) =>
    createExternalArtifact(c, {
      moduleId,
      filename: 'new',
      url: 'https://example.com/file',
      size: 1,
      sha256: '0'.repeat(64),
    }),
  createArtifactUpload: (c, { moduleId }) => createArtifactUpload(c, { moduleId, filename: 'new' }),
  deleteArtifact: (c, { otherModuleId, artifactId }) =>
    deleteArtifact(c, { moduleId: otherModuleId, id: artifactId }),
  createDistributionSets: (c, { moduleId }) =>
    createDistributionSets(c, {
      distributionSets: [{ name: 'new', version: '1', moduleIds: [moduleId], locked: true }],
    }),
  updateDistributionSet: (c, { setId }) => updateDistributionSet(c, { id: setId, name: 'new', locked: true }),
  assignModules: (c, { setId, otherModuleId }) => assignModules(c, { id: setId, moduleIds: [otherModuleId] }),
  removeModules: (c, { setId, moduleId }) => removeModules(c, { id: setId, moduleIds: [moduleId] }),
  invalidateDistributionSet: (c, { setId }) =>
    invalidateDistributionSet(c, { id: setId, cancelActions: 'NONE' }),
  setModuleMetadata: (c, { moduleId }) =>
    setModuleMetadata(c, { id: moduleId, entries: [{ key: 'new', value: 'v', targetVisible: true }] }),
  deleteModuleMetadata: (c, { moduleId }) => deleteModuleMetadata(c, { id: moduleId, keys: ['old'] }),
  setDistributionSetMetadata: (c, { setId }) =>
    setDistributionSetMetadata(c, { id: setId, entries: [{ key: 'old', value: 'new' }] }),
  deleteDistributionSetMetadata: (c, { setId }) =>
    deleteDistributionSetMetadata(c, { id: setId, keys: ['old'] }),
  createDistributionSetTags: (c) => createDistributionSetTags(c, { distributionSetTags: [{ name: 'new' }] }),
  updateDistributionSetTag: (c, { setTagId }) => updateDistributionSetTag(c, { id: setTagId, name: 'new' }),
  deleteDistributionSetTag: (c, { setTagId }) => deleteDistributionSetTag(c, { id: setTagId }),
  assignDistributionSetTag: (c, { freeSetTagId, setId }) =>
    assignDistributionSetTag(c, { tagId: freeSetTagId, setIds: [setId] }),
  unassignDistributionSetTag: (c, { setTagId, setId }) =>
    unassignDistributionSetTag(c, { tagId: setTagId, setIds: [setId] }),
  addCompatibleSetTypes: (c, { targetTypeId, setTypeId }) =>
    addCompatibleSetTypes(c, { id: targetTypeId, setTypeIds: [setTypeId] }),
  removeCompatibleSetTypes: (c, { targetTypeId, suitedSetTypeId }) =>
    removeCompatibleSetTypes(c, { id: targetTypeId, setTypeIds: [suitedSetTypeId] }),
  deleteDistributionSet: (c, { setId }) => deleteDistributionSet(c, { id: setId }),
};
