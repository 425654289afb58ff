import { listTimeline } from '../../../../src/services/deployments/timeline/list.ts';
import { findNextPollAnswers } from '../../../../src/services/devices/polling/poll-answer.ts';
import { exportTargets } from '../../../../src/services/fleet/exports/export-targets.ts';
import { readFleetHistory } from '../../../../src/services/fleet/history/read.ts';
import type { ImportedTarget } from '../../../../src/services/fleet/imports/source.ts';
import { assignTargetGroup } from '../../../../src/services/fleet/target-groups/assign.ts';
import {
  listTargetGroupNames,
  listTargetGroups,
  listTargetsOfGroup,
} from '../../../../src/services/fleet/target-groups/list.ts';
import { createTargetTypes } from '../../../../src/services/fleet/target-types/create.ts';
import { deleteTargetType } from '../../../../src/services/fleet/target-types/delete.ts';
import { findTargetType, findTargetTypes } from '../../../../src/services/fleet/target-types/find.ts';
import { listTargetTypes } from '../../../../src/services/fleet/target-types/list.ts';
import { updateTargetType } from '../../../../src/services/fleet/target-types/update.ts';
import { assignTargetType } from '../../../../src/services/fleet/targets/assign-type.ts';
import { findAttributes } from '../../../../src/services/fleet/targets/attributes.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import { endDerivedTokens } from '../../../../src/services/fleet/targets/end-derived-tokens.ts';
import { countTargetFacets } from '../../../../src/services/fleet/targets/facets.ts';
import {
  findTarget,
  findTargets,
  findTargetsById,
  listTargets,
} from '../../../../src/services/fleet/targets/find.ts';
import { rotateTargetToken } from '../../../../src/services/fleet/targets/rotate-token.ts';
import { rotateTargetTokens } from '../../../../src/services/fleet/targets/rotate-tokens.ts';
import { setTargetAttributes } from '../../../../src/services/fleet/targets/set-attributes.ts';
import { summarizeFleet } from '../../../../src/services/fleet/targets/summary.ts';
import { findTokenRotations } from '../../../../src/services/fleet/targets/token-rotation.ts';
import { updateTarget } from '../../../../src/services/fleet/targets/update.ts';
import { changeMany } from '../../../../src/services/jobs/begin.ts';
import type { Listing } from '../../../../src/services/shared/page.ts';
import { ITS_OWN, type Verbs } from './verb.ts';
import type { Side } from './world.ts';

/** Of targets: a new one and one that is there, in bulk by name and by filter. */
const named = ({ name }: Side) => ({ controllerIds: [name] });
const matching = ({ name }: Side) => ({ filter: `id==${name}` });

export const WRITING_VERBS: Verbs = {
  createTargets: {
    needs: ['CREATE_TARGET'],
    async call(context, { name, typeId }) {
      const rows = [{ controllerId: `new-${name}`, group: name, targetTypeId: typeId }];
      const { created: targets, faults } = await createTargets(context, { targets: rows });
      return faults[0]?.code ?? targets.length;
    },
    beyond: { CREATE_TARGET: 'FORBIDDEN', READ_TARGET_TYPE: 'TARGET_TYPE_NOT_FOUND' },
    elsewhere: 'TARGET_TYPE_NOT_FOUND',
  },
  updateTarget: {
    needs: ['UPDATE_TARGET'],
    call: (c, { name, typeId }) =>
      updateTarget(c, { controllerId: name, description: 'new', targetTypeId: typeId }),
    beyond: { UPDATE_TARGET: 'TARGET_NOT_FOUND', READ_TARGET_TYPE: 'TARGET_TYPE_NOT_FOUND' },
  },
  'deleteTargets by name': {
    needs: ['DELETE_TARGET'],
    call: (c, side) => deleteTargets(c, named(side)),
    beyond: { DELETE_TARGET: 'TARGET_NOT_FOUND' },
  },
  'deleteTargets by filter': {
    needs: ['DELETE_TARGET'],
    call: (c, side) => deleteTargets(c, matching(side)),
    beyond: { DELETE_TARGET: 0 },
  },
  changeMany: {
    needs: ['UPDATE_TARGET'],
    call: async (c, side) => (await changeMany(c, 'rotate_target_tokens', matching(side))).affectedCount,
    beyond: { UPDATE_TARGET: 0 },
  },
  'deleteTargets, counted only': {
    needs: ['DELETE_TARGET'],
    call: (c, side) => deleteTargets(c, { ...matching(side), dryRun: true }),
    beyond: { DELETE_TARGET: 0 },
  },
  setTargetAttributes: {
    needs: ['UPDATE_TARGET'],
    call: (c, { name }) =>
      setTargetAttributes(c, { controllerIds: [name], attributes: [{ key: 'new', value: 'v' }] }),
    beyond: { UPDATE_TARGET: 'TARGET_NOT_FOUND' },
  },
  endDerivedTokens: {
    needs: ['UPDATE_TARGET'],
    call: (c, { name }) => endDerivedTokens(c, { controllerId: name }),
    beyond: { UPDATE_TARGET: 'TARGET_NOT_FOUND' },
  },
  rotateTargetToken: {
    needs: ['UPDATE_TARGET'],
    call: (c, { name }) => rotateTargetToken(c, { controllerId: name }),
    beyond: { UPDATE_TARGET: 'TARGET_NOT_FOUND' },
  },
  'rotateTargetTokens by name': {
    needs: ['UPDATE_TARGET'],
    call: (c, side) => rotateTargetTokens(c, { ...named(side), overlap: '00:01:00' }),
    beyond: { UPDATE_TARGET: 'TARGET_NOT_FOUND' },
  },
  'rotateTargetTokens by filter': {
    needs: ['UPDATE_TARGET'],
    call: (c, side) => rotateTargetTokens(c, { ...matching(side), overlap: '00:01:00' }),
    beyond: { UPDATE_TARGET: 0 },
  },
  'assignTargetType by name': {
    needs: ['UPDATE_TARGET'],
    call: (c, { name }) => assignTargetType(c, { controllerIds: [name], targetTypeId: null }),
    beyond: { UPDATE_TARGET: 'TARGET_NOT_FOUND' },
  },
  'assignTargetType by filter': {
    needs: ['UPDATE_TARGET'],
    given: (admin, { name }) =>
      createTargets(admin, { targets: [{ controllerId: `${name}-2`, group: name }] }),
    call: (c, { name, typeId }) => assignTargetType(c, { filter: `id==${name}-2`, targetTypeId: typeId }),
    beyond: { UPDATE_TARGET: 0, READ_TARGET_TYPE: 'TARGET_TYPE_NOT_FOUND' },
    elsewhere: 'TARGET_TYPE_NOT_FOUND',
  },
  // Within the scope: its groups are named in any case of letters.
  'assignTargetGroup by name': {
    needs: ['UPDATE_TARGET'],
    call: (c, { name }) => assignTargetGroup(c, { controllerIds: [name], group: name.toUpperCase() }),
    beyond: { UPDATE_TARGET: 'TARGET_NOT_FOUND' },
  },
  'assignTargetGroup by filter': {
    needs: ['UPDATE_TARGET'],
    call: (c, { name }) => assignTargetGroup(c, { filter: `id==${name}`, group: name.toUpperCase() }),
    beyond: { UPDATE_TARGET: 0 },
  },
  createTargetTypes: {
    needs: ['CREATE_TARGET_TYPE'],
    async call(context, { name }) {
      const rows = [{ key: `new-${name}`, name: `new ${name}`, description: name }];
      const { created: targetTypes, faults } = await createTargetTypes(context, { targetTypes: rows });
      return faults[0]?.code ?? targetTypes.length;
    },
    beyond: { CREATE_TARGET_TYPE: 'FORBIDDEN' },
    elsewhere: 1,
  },
  updateTargetType: {
    needs: ['UPDATE_TARGET_TYPE'],
    call: (c, { typeId }) => updateTargetType(c, { id: typeId, color: 'new' }),
    beyond: { UPDATE_TARGET_TYPE: 'TARGET_TYPE_NOT_FOUND' },
  },
  deleteTargetType: {
    needs: ['DELETE_TARGET_TYPE'],
    given: (admin, side) => deleteTargets(admin, named(side)),
    call: (c, { typeId }) => deleteTargetType(c, { id: typeId }),
    beyond: { DELETE_TARGET_TYPE: 'TARGET_TYPE_NOT_FOUND' },
  },
};

const listed = async <T>(list: Listing<T>) => (await list.page()).items.length;

async function exported(targets: AsyncIterable<ImportedTarget>, { name }: Side) {
  for await (const target of targets) if (target.controllerId === name) return target;
  return undefined;
}

export const READING_VERBS: Verbs = {
  findTarget: {
    needs: ['READ_TARGET'],
    call: (c, { name }) => findTarget(c, name),
    beyond: { READ_TARGET: 'TARGET_NOT_FOUND' },
  },
  'findTarget, with its type': {
    needs: ['READ_TARGET'],
    call: async (c, { name }) => (await findTarget(c, name)).targetType,
    beyond: { READ_TARGET: 'TARGET_NOT_FOUND', READ_TARGET_TYPE: null },
  },
  listTimeline: {
    needs: ['READ_TARGET'],
    call: async (c, { name }) => listed(await listTimeline(c, name)),
    beyond: { READ_TARGET: 'TARGET_NOT_FOUND' },
  },
  findTargets: {
    needs: ['READ_TARGET'],
    call: async (c, { name }) => (await findTargets(c, [name])).length,
    beyond: { READ_TARGET: 0 },
  },
  findTargetsById: {
    needs: ['READ_TARGET'],
    call: async (c, { targetId }) => (await findTargetsById(c, [targetId])).map((found) => found?.name),
    beyond: { READ_TARGET: [undefined] },
  },
  listTargets: {
    needs: ['READ_TARGET'],
    call: async (c, { name }) => listed(await listTargets(c, { filter: `id==${name}` })),
    beyond: { READ_TARGET: 0 },
  },
  'listTargets, past an offset': {
    needs: ['READ_TARGET'],
    given: (admin, { name }) =>
      createTargets(admin, { targets: [{ controllerId: `${name}-2`, group: name }] }),
    call: async (c, { name }) => listed(await listTargets(c, { filter: `id==${name}*`, offset: 1 })),
    beyond: { READ_TARGET: 0 },
  },
  'listTargets, counted': {
    needs: ['READ_TARGET'],
    call: async (c, { name }) => (await listTargets(c, { filter: `id==${name}` })).total(),
    beyond: { READ_TARGET: 0 },
  },
  summarizeFleet: {
    needs: ['READ_TARGET'],
    async call(context, { name }) {
      const { total, neverSeen } = await summarizeFleet(context);
      return name === 'inner' ? neverSeen : total - neverSeen;
    },
    beyond: { READ_TARGET: 0 },
  },
  'summarizeFleet of those that match a filter': {
    needs: ['READ_TARGET'],
    call: async (c, { name }) => (await summarizeFleet(c, `id==${name}`)).total,
    beyond: { READ_TARGET: 0 },
  },
  'countTargetFacets by group': {
    needs: ['READ_TARGET'],
    call: async (c, { name }) => (await countTargetFacets(c, { by: 'group', filter: `id==${name}` })).facets,
    beyond: { READ_TARGET: [] },
  },
  'countTargetFacets by type': {
    needs: ['READ_TARGET', 'READ_TARGET_TYPE'],
    call: async (c, { name }) =>
      (await countTargetFacets(c, { by: 'type', filter: `id==${name}` })).facets.filter(({ value }) => value),
    beyond: { READ_TARGET: [], READ_TARGET_TYPE: [] },
  },
  findNextPollAnswers: {
    needs: ['READ_TARGET'],
    call: async (c, { targetId }) =>
      (await findNextPollAnswers(c, [targetId])).map((answer) => answer?.sleep),
    beyond: { READ_TARGET: [undefined] },
  },
  readFleetHistory: {
    needs: ['READ_TARGET'],
    call: (c) => readFleetHistory(c, { from: c.clock(), interval: 'hour' }),
    unnarrowed: 'a scope refuses it',
    elsewhere: ITS_OWN,
  },
  findAttributes: {
    needs: ['READ_TARGET'],
    call: async (c, { targetId }) => (await findAttributes(c, [targetId])).get(targetId),
    beyond: { READ_TARGET: [] },
  },
  findTokenRotations: {
    needs: ['READ_TARGET'],
    given: (admin, { name }) => rotateTargetToken(admin, { controllerId: name }),
    call: (c, { targetId }) => findTokenRotations(c, [targetId]),
    beyond: { READ_TARGET: [null] },
  },
  exportTargets: {
    needs: ['READ_TARGET'],
    call: async (c, side) => exported((await exportTargets(c)).targets(), side),
    beyond: { READ_TARGET: undefined },
  },
  'exportTargets, with their types': {
    needs: ['READ_TARGET'],
    call: async (c, side) => (await exported((await exportTargets(c)).targets(), side))?.targetType,
    beyond: { READ_TARGET_TYPE: null, READ_TARGET: undefined },
    elsewhere: undefined,
  },
  'exportTargets, the keys alone': {
    needs: ['READ_TARGET'],
    async call(context, { name }) {
      const { attributes, metadata } = await (await exportTargets(context)).keys(10);
      return [attributes, metadata].map((keys) => keys.includes(name));
    },
    beyond: { READ_TARGET: [false, false] },
  },
  listTargetGroups: {
    needs: ['READ_TARGET'],
    async call(context, { name }) {
      const list = await listTargetGroups(context, { filter: `name==${name}` });
      return [(await list.page()).items.length, await list.total()];
    },
    beyond: { READ_TARGET: [0, 0] },
  },
  listTargetGroupNames: {
    needs: ['READ_TARGET'],
    call: async (c, { name }) => (await listTargetGroupNames(c)).includes(name),
    beyond: { READ_TARGET: false },
  },
  listTargetsOfGroup: {
    needs: ['READ_TARGET'],
    call: async (c, { name }) => listed(await listTargetsOfGroup(c, { group: name }, {})),
    beyond: { READ_TARGET: 0 },
  },
  findTargetType: {
    needs: ['READ_TARGET_TYPE'],
    call: (c, { typeId }) => findTargetType(c, typeId),
    beyond: { READ_TARGET_TYPE: 'TARGET_TYPE_NOT_FOUND' },
  },
  findTargetTypes: {
    needs: ['READ_TARGET_TYPE'],
    call: (c, { typeId }) => findTargetTypes(c, [typeId]),
    beyond: { READ_TARGET_TYPE: [undefined] },
  },
  listTargetTypes: {
    needs: ['READ_TARGET_TYPE'],
    async call(context, { name }) {
      const list = await listTargetTypes(context, { filter: `key==${name}` });
      return [(await list.page()).items.length, await list.total()];
    },
    beyond: { READ_TARGET_TYPE: [0, 0] },
  },
};
