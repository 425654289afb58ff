import type { Context } from '../../../../src/services/shared/context.ts';
import { createDistributionSetTypes } from '../../../../src/services/software/distribution-set-types/create.ts';
import { deleteDistributionSetType } from '../../../../src/services/software/distribution-set-types/delete.ts';
import {
  findDistributionSetType,
  findDistributionSetTypes,
} from '../../../../src/services/software/distribution-set-types/find.ts';
import { listDistributionSetTypes } from '../../../../src/services/software/distribution-set-types/list.ts';
import { findModuleTypesOfSetTypes } from '../../../../src/services/software/distribution-set-types/module-types.ts';
import { setModuleTypeOfSets } from '../../../../src/services/software/distribution-set-types/set-module-type.ts';
import { updateDistributionSetType } from '../../../../src/services/software/distribution-set-types/update.ts';
import {
  assignModules,
  removeModules,
} from '../../../../src/services/software/distribution-sets/assign-modules.ts';
import { createDistributionSets } from '../../../../src/services/software/distribution-sets/create.ts';
import { deleteDistributionSet } from '../../../../src/services/software/distribution-sets/delete.ts';
import {
  findDistributionSet,
  findDistributionSets,
  findModulesOfSets,
} from '../../../../src/services/software/distribution-sets/find.ts';
import { invalidateDistributionSet } from '../../../../src/services/software/distribution-sets/invalidate.ts';
import {
  listDistributionSets,
  listModulesOfSet,
} from '../../../../src/services/software/distribution-sets/list.ts';
import { updateDistributionSet } from '../../../../src/services/software/distribution-sets/update.ts';
import { createSoftwareModuleTypes } from '../../../../src/services/software/software-module-types/create.ts';
import { deleteSoftwareModuleType } from '../../../../src/services/software/software-module-types/delete.ts';
import {
  findSoftwareModuleType,
  findSoftwareModuleTypes,
} from '../../../../src/services/software/software-module-types/find.ts';
import { listSoftwareModuleTypes } from '../../../../src/services/software/software-module-types/list.ts';
import { updateSoftwareModuleType } from '../../../../src/services/software/software-module-types/update.ts';
import { createSoftwareModules } from '../../../../src/services/software/software-modules/create.ts';
import { deleteSoftwareModule } from '../../../../src/services/software/software-modules/delete.ts';
import {
  findSoftwareModule,
  findSoftwareModules,
} from '../../../../src/services/software/software-modules/find.ts';
import { listSoftwareModules } from '../../../../src/services/software/software-modules/list.ts';
import { updateSoftwareModule } from '../../../../src/services/software/software-modules/update.ts';
import { ITS_OWN, type Verb, type Verbs } from './verb.ts';
import type { Side } from './world.ts';

interface Software {
  moduleTypeId: number;
  setTypeId: number;
  moduleId: number;
  otherModuleId: number;
  setId: number;
}

const made = new WeakMap<Side, Software>();
export const softwareOf = (side: Side): Software => made.get(side)!;

/** Types, two modules and a set that has the first of them. */
export async function makeSoftware(admin: Context, side: Side): Promise<void> {
  const { name } = side;
  const moduleTypes = await createSoftwareModuleTypes(admin, {
    softwareModuleTypes: [{ key: name, name, maxAssignments: 2 }],
  });
  const setTypes = await createDistributionSetTypes(admin, {
    distributionSetTypes: [{ key: name, name, optionalModuleTypeIds: [moduleTypes.created[0]!.id] }],
  });
  const modules = await createSoftwareModules(admin, {
    softwareModules: ['1', '2'].map((version) => ({ type: name, name, version })),
  });
  const [moduleId, otherModuleId] = modules.created.map(({ id }) => id);
  const sets = await createDistributionSets(admin, {
    distributionSets: [{ type: name, name, version: '1', moduleIds: [moduleId!] }],
  });
  made.set(side, {
    moduleTypeId: moduleTypes.created[0]!.id,
    setTypeId: setTypes.created[0]!.id,
    moduleId: moduleId!,
    otherModuleId: otherModuleId!,
    setId: sets.created[0]!.id,
  });
}

/** A verb on things that `makeSoftware` makes. */
const on = (verb: Omit<Verb, 'given'>): Verb => ({ ...verb, given: makeSoftware });

export const outcome = ({ created, faults }: { created: unknown[]; faults: { code: string }[] }) =>
  faults[0]?.code ?? created.length;

export const MODULE_VERBS: Verbs = {
  createSoftwareModuleTypes: {
    needs: ['CREATE_SOFTWARE_MODULE_TYPE'],
    async call(context, { name }) {
      const row = { key: `new-${name}`, name: `new ${name}`, maxAssignments: 1, description: name };
      return outcome(await createSoftwareModuleTypes(context, { softwareModuleTypes: [row] }));
    },
    beyond: { CREATE_SOFTWARE_MODULE_TYPE: 'FORBIDDEN' },
    elsewhere: ITS_OWN,
  },
  updateSoftwareModuleType: on({
    needs: ['UPDATE_SOFTWARE_MODULE_TYPE'],
    call: (c, side) => updateSoftwareModuleType(c, { id: softwareOf(side).moduleTypeId, color: 'new' }),
    beyond: { UPDATE_SOFTWARE_MODULE_TYPE: 'SOFTWARE_MODULE_TYPE_NOT_FOUND' },
  }),
  deleteSoftwareModuleType: on({
    needs: ['DELETE_SOFTWARE_MODULE_TYPE'],
    call: (c, side) => deleteSoftwareModuleType(c, { id: softwareOf(side).moduleTypeId }),
    beyond: { DELETE_SOFTWARE_MODULE_TYPE: 'SOFTWARE_MODULE_TYPE_NOT_FOUND' },
  }),
  findSoftwareModuleType: on({
    needs: ['READ_SOFTWARE_MODULE_TYPE'],
    call: (c, side) => findSoftwareModuleType(c, softwareOf(side).moduleTypeId),
    beyond: { READ_SOFTWARE_MODULE_TYPE: 'SOFTWARE_MODULE_TYPE_NOT_FOUND' },
  }),
  findSoftwareModuleTypes: on({
    needs: ['READ_SOFTWARE_MODULE_TYPE'],
    call: (c, side) => findSoftwareModuleTypes(c, [softwareOf(side).moduleTypeId]),
    beyond: { READ_SOFTWARE_MODULE_TYPE: [undefined] },
  }),
  listSoftwareModuleTypes: on({
    needs: ['READ_SOFTWARE_MODULE_TYPE'],
    call: async (c, { name }) => (await listSoftwareModuleTypes(c, { filter: `key==${name}` })).total(),
    beyond: { READ_SOFTWARE_MODULE_TYPE: 0 },
  }),
  createSoftwareModules: on({
    needs: ['CREATE_SOFTWARE_MODULE'],
    async call(context, { name }) {
      const row = { type: 'os', name, version: 'new' };
      return outcome(await createSoftwareModules(context, { softwareModules: [row] }));
    },
    beyond: { CREATE_SOFTWARE_MODULE: 'FORBIDDEN' },
    elsewhere: ITS_OWN,
  }),
  updateSoftwareModule: on({
    needs: ['UPDATE_SOFTWARE_MODULE'],
    call: (c, side) => updateSoftwareModule(c, { id: softwareOf(side).moduleId, vendor: 'new' }),
    beyond: { UPDATE_SOFTWARE_MODULE: 'SOFTWARE_MODULE_NOT_FOUND' },
  }),
  deleteSoftwareModule: on({
    needs: ['DELETE_SOFTWARE_MODULE'],
    call: (c, side) => deleteSoftwareModule(c, { id: softwareOf(side).moduleId }),
    beyond: { DELETE_SOFTWARE_MODULE: 'SOFTWARE_MODULE_NOT_FOUND' },
  }),
  findSoftwareModule: on({
    needs: ['READ_SOFTWARE_MODULE'],
    call: (c, side) => findSoftwareModule(c, softwareOf(side).moduleId),
    beyond: { READ_SOFTWARE_MODULE: 'SOFTWARE_MODULE_NOT_FOUND' },
  }),
  findSoftwareModules: on({
    needs: ['READ_SOFTWARE_MODULE'],
    call: (c, side) => findSoftwareModules(c, [softwareOf(side).moduleId]),
    beyond: { READ_SOFTWARE_MODULE: [undefined] },
  }),
  listSoftwareModules: on({
    needs: ['READ_SOFTWARE_MODULE'],
    call: async (c, { name }) => (await listSoftwareModules(c, { filter: `name==${name}` })).total(),
    beyond: { READ_SOFTWARE_MODULE: 0 },
  }),
};

export const SET_VERBS: Verbs = {
  createDistributionSetTypes: {
    needs: ['CREATE_DISTRIBUTION_SET_TYPE'],
    async call(context, { name }) {
      const row = { key: `new-${name}`, name: `new ${name}`, description: name };
      return outcome(await createDistributionSetTypes(context, { distributionSetTypes: [row] }));
    },
    beyond: { CREATE_DISTRIBUTION_SET_TYPE: 'FORBIDDEN' },
    elsewhere: ITS_OWN,
  },
  updateDistributionSetType: on({
    needs: ['UPDATE_DISTRIBUTION_SET_TYPE'],
    call: (c, side) => updateDistributionSetType(c, { id: softwareOf(side).setTypeId, color: 'new' }),
    beyond: { UPDATE_DISTRIBUTION_SET_TYPE: 'DISTRIBUTION_SET_TYPE_NOT_FOUND' },
  }),
  setModuleTypeOfSets: {
    needs: ['UPDATE_DISTRIBUTION_SET_TYPE'],
    async given(admin, side) {
      await makeSoftware(admin, side);
      await deleteDistributionSet(admin, { id: softwareOf(side).setId });
    },
    call(context, side) {
      const { setTypeId: id, moduleTypeId } = softwareOf(side);
      return setModuleTypeOfSets(context, { id, moduleTypeId, role: 'MANDATORY' });
    },
    beyond: { UPDATE_DISTRIBUTION_SET_TYPE: 'DISTRIBUTION_SET_TYPE_NOT_FOUND' },
  },
  deleteDistributionSetType: on({
    needs: ['DELETE_DISTRIBUTION_SET_TYPE'],
    call: (c, side) => deleteDistributionSetType(c, { id: softwareOf(side).setTypeId }),
    beyond: { DELETE_DISTRIBUTION_SET_TYPE: 'DISTRIBUTION_SET_TYPE_NOT_FOUND' },
  }),
  findDistributionSetType: on({
    needs: ['READ_DISTRIBUTION_SET_TYPE'],
    call: (c, side) => findDistributionSetType(c, softwareOf(side).setTypeId),
    beyond: { READ_DISTRIBUTION_SET_TYPE: 'DISTRIBUTION_SET_TYPE_NOT_FOUND' },
  }),
  findDistributionSetTypes: on({
    needs: ['READ_DISTRIBUTION_SET_TYPE'],
    call: (c, side) => findDistributionSetTypes(c, [softwareOf(side).setTypeId]),
    beyond: { READ_DISTRIBUTION_SET_TYPE: [undefined] },
  }),
  findModuleTypesOfSetTypes: on({
    needs: ['READ_DISTRIBUTION_SET_TYPE'],
    async call(context, side) {
      const { setTypeId } = softwareOf(side);
      return (await findModuleTypesOfSetTypes(context, [setTypeId])).get(setTypeId);
    },
    beyond: { READ_DISTRIBUTION_SET_TYPE: [], READ_SOFTWARE_MODULE_TYPE: [] },
  }),
  listDistributionSetTypes: on({
    needs: ['READ_DISTRIBUTION_SET_TYPE'],
    call: async (c, { name }) => (await listDistributionSetTypes(c, { filter: `key==${name}` })).total(),
    beyond: { READ_DISTRIBUTION_SET_TYPE: 0 },
  }),
  createDistributionSets: on({
    needs: ['CREATE_DISTRIBUTION_SET'],
    async call(context, { name }) {
      const row = { type: 'os', name, version: 'new' };
      return outcome(await createDistributionSets(context, { distributionSets: [row] }));
    },
    beyond: { CREATE_DISTRIBUTION_SET: 'FORBIDDEN' },
    elsewhere: ITS_OWN,
  }),
  updateDistributionSet: on({
    needs: ['UPDATE_DISTRIBUTION_SET'],
    call: (c, side) => updateDistributionSet(c, { id: softwareOf(side).setId, version: 'new' }),
    beyond: { UPDATE_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
  }),
  assignModules: on({
    needs: ['UPDATE_DISTRIBUTION_SET'],
    call(context, side) {
      const { setId: id, otherModuleId } = softwareOf(side);
      return assignModules(context, { id, moduleIds: [otherModuleId] });
    },
    beyond: { UPDATE_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
  }),
  removeModules: on({
    needs: ['UPDATE_DISTRIBUTION_SET'],
    call(context, side) {
      const { setId: id, moduleId } = softwareOf(side);
      return removeModules(context, { id, moduleIds: [moduleId] });
    },
    beyond: { UPDATE_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
  }),
  invalidateDistributionSet: on({
    needs: ['UPDATE_DISTRIBUTION_SET'],
    call: (c, side) => invalidateDistributionSet(c, { id: softwareOf(side).setId, cancelActions: 'NONE' }),
    beyond: { UPDATE_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
  }),
  deleteDistributionSet: on({
    needs: ['DELETE_DISTRIBUTION_SET'],
    call: (c, side) => deleteDistributionSet(c, { id: softwareOf(side).setId }),
    beyond: { DELETE_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
  }),
  findDistributionSet: on({
    needs: ['READ_DISTRIBUTION_SET'],
    call: (c, side) => findDistributionSet(c, softwareOf(side).setId),
    beyond: { READ_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND' },
  }),
  findDistributionSets: on({
    needs: ['READ_DISTRIBUTION_SET'],
    call: (c, side) => findDistributionSets(c, [softwareOf(side).setId]),
    beyond: { READ_DISTRIBUTION_SET: [undefined] },
  }),
  findModulesOfSets: on({
    needs: ['READ_DISTRIBUTION_SET'],
    call: async (c, side) =>
      (await findModulesOfSets(c, [softwareOf(side).setId])).get(softwareOf(side).setId),
    beyond: { READ_DISTRIBUTION_SET: [], READ_SOFTWARE_MODULE: [] },
  }),
  listDistributionSets: on({
    needs: ['READ_DISTRIBUTION_SET'],
    call: async (c, { name }) => (await listDistributionSets(c, { filter: `name==${name}` })).total(),
    beyond: { READ_DISTRIBUTION_SET: 0 },
  }),
  listModulesOfSet: on({
    needs: ['READ_DISTRIBUTION_SET', 'READ_SOFTWARE_MODULE'],
    call: async (c, side) => (await listModulesOfSet(c, softwareOf(side).setId, {})).total(),
    beyond: { READ_DISTRIBUTION_SET: 'DISTRIBUTION_SET_NOT_FOUND', READ_SOFTWARE_MODULE: 0 },
  }),
};
