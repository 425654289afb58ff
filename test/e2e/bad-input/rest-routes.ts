import type { Client } from '../../support/server.ts';
import { type Member, nameOf } from './rest-values.ts';

export interface Route {
  method: 'POST' | 'PUT';
  /** As hawkBit's documents have it. */
  path: string;
  /** The path of something made for this request only. */
  open: () => Promise<string> | string;
  /** A good body, each time another. */
  good: () => Record<string, unknown>;
  /** Whether the body is a list of such. */
  many?: true;
  /** By the dotted path of each member. */
  members: Record<string, Member>;
}

const text = (least: 0 | 1, most: number): Member => ({ kind: 'text', least, most });
const id: Member = { kind: 'id' };
const word: Member = { kind: 'word' };
const boolean: Member = { kind: 'boolean' };
const object: Member = { kind: 'object' };
const list: Member = { kind: 'list' };
const number = (least?: number, most?: number): Member => ({
  kind: 'number',
  ...(least !== undefined && { least }),
  ...(most !== undefined && { most }),
});
const known = (least: 0 | 1, most: number): Member => ({ kind: 'text', least, most, known: true });
const token = (least: 0 | 1): Member => ({ kind: 'text', least, most: 128, ascii: true });

const description = text(0, 512);
const colour = text(0, 16);
const named = { name: text(1, 128), description };
const ASSIGNMENT = {
  type: word,
  forcetime: number(),
  weight: number(0, 1000),
  confirmationRequired: boolean,
  maintenanceWindow: object,
  'maintenanceWindow.schedule': known(0, 128),
  'maintenanceWindow.duration': known(0, 128),
  'maintenanceWindow.timezone': known(0, 128),
} as const satisfies Record<string, Member>;
const CONDITIONS = {
  successCondition: object,
  'successCondition.condition': word,
  'successCondition.expression': number(0, 100),
  successAction: object,
  'successAction.action': word,
  'successAction.expression': text(0, 512),
  errorCondition: object,
  'errorCondition.condition': word,
  'errorCondition.expression': number(0, 100),
  errorAction: object,
  'errorAction.action': word,
  'errorAction.expression': text(0, 512),
} as const satisfies Record<string, Member>;
/** Each as it may be: a part of one is refused where another is missing. */
const conditions = () => ({
  successCondition: { condition: 'THRESHOLD', expression: '50' },
  successAction: { action: 'NEXTGROUP', expression: '' },
  errorCondition: { condition: 'THRESHOLD', expression: '50' },
  errorAction: { action: 'PAUSE', expression: '' },
});
const within = (prefix: string, members: Record<string, Member>): Record<string, Member> =>
  Object.fromEntries(Object.entries(members).map(([name, member]) => [`${prefix}.${name}`, member]));

/** What the routes refer to: of each kind one that is there. */
export interface World {
  admin: Client;
  setId: number;
  moduleTypeId: number;
  /** Each makes another and gives its id, or its controllerId. */
  target(): Promise<string>;
  module(): Promise<number>;
  set(): Promise<number>;
  create(path: string, body: Record<string, unknown>): Promise<number>;
  /** An action that runs, and one that waits for a confirmation: the paths. */
  action(): Promise<string>;
  waitingAction(): Promise<string>;
}

/** The paths that read a list of names or ids. */
export const LISTS: readonly [method: 'POST' | 'PUT' | 'DELETE', path: string][] = [
  ['POST', '/targettags/{targetTagId}/assigned'],
  ['DELETE', '/targettags/{targetTagId}/assigned'],
  ['POST', '/distributionsettags/{distributionsetTagId}/assigned'],
  ['DELETE', '/distributionsettags/{distributionsetTagId}/assigned'],
  ['PUT', '/targetgroups/{group}/assigned'],
  ['PUT', '/targetgroups/assigned'],
  ['DELETE', '/targetgroups/assigned'],
  ['DELETE', '/actions'],
  ['DELETE', '/targets/{targetId}/actions'],
];

/** The paths that read nothing of a body, or a form, or what their last part says. */
export const OTHERS: readonly string[] = [
  ...['approve', 'deny', 'pause', 'resume', 'start'].map((step) => `POST /autoassignments/{id}/${step}`),
  ...['approve', 'deny', 'pause', 'resume', 'retry', 'start', 'stop', 'triggerNextGroup'].map(
    (step) => `POST /rollouts/{rolloutId}/${step}`,
  ),
  'POST /distributionsettags/{distributionsetTagId}/assigned/{distributionsetId}',
  'POST /targettags/{targetTagId}/assigned/{controllerId}',
  'POST /targets/{targetId}/autoConfirm/deactivate',
  'POST /softwaremodules/{softwareModuleId}/artifacts',
  'PUT /targetgroups',
  'PUT /targetgroups/{group}',
  'PUT /system/configs',
  'PUT /system/configs/{keyName}',
];

/** Every path of the Management API that reads an object, or a list of them. */
export function routesOf(world: World): Route[] {
  return [
    ...targetRoutes(world),
    ...targetGroupingRoutes(world),
    ...softwareRoutes(world),
    ...deploymentRoutes(world),
  ];
}

function targetRoutes(world: World): Route[] {
  const members = {
    name: text(0, 128),
    description,
    address: text(0, 512),
    requestAttributes: boolean,
    targetType: id,
  };
  const ofTarget = async (rest: string) => `/targets/${await world.target()}/${rest}`;
  const value = text(0, 4000);
  return [
    {
      method: 'POST',
      path: '/targets',
      open: () => '/targets',
      good: () => ({ controllerId: nameOf() }),
      many: true,
      members: { ...members, controllerId: text(1, 256), securityToken: token(0), group: text(0, 256) },
    },
    {
      method: 'PUT',
      path: '/targets/{targetId}',
      open: async () => `/targets/${await world.target()}`,
      good: () => ({}),
      members: { ...members, name: text(1, 128), securityToken: token(1) },
    },
    {
      method: 'POST',
      path: '/targets/{targetId}/targettype',
      open: () => ofTarget('targettype'),
      good: () => ({}),
      members: { id },
    },
    {
      method: 'POST',
      path: '/targets/{targetId}/metadata',
      open: () => ofTarget('metadata'),
      good: () => ({ key: nameOf(), value: 'x' }),
      many: true,
      members: { key: text(0, 128), value },
    },
    {
      method: 'PUT',
      path: '/targets/{targetId}/metadata/{metadataKey}',
      open: () => ofTarget('metadata/key'),
      good: () => ({ value: 'x' }),
      members: { value },
    },
    {
      method: 'POST',
      path: '/targets/{targetId}/autoConfirm/activate',
      open: () => ofTarget('autoConfirm/activate'),
      good: () => ({}),
      members: { initiator: text(0, 64), remark: text(0, 512) },
    },
  ];
}

function targetGroupingRoutes(world: World): Route[] {
  const { create } = world;
  const type = { description, colour };
  const filter = { name: text(1, 128), query: text(1, 1024) };
  return [
    {
      method: 'POST',
      path: '/targettypes',
      open: () => '/targettypes',
      good: () => ({ key: nameOf(), name: nameOf() }),
      many: true,
      members: {
        ...type,
        key: text(0, 64),
        name: text(0, 128),
        compatibledistributionsettypes: list,
        'compatibledistributionsettypes.0.id': id,
      },
    },
    {
      method: 'PUT',
      path: '/targettypes/{targetTypeId}',
      open: async () => `/targettypes/${await create('/targettypes', { name: nameOf() })}`,
      good: () => ({}),
      members: { ...type, name: text(1, 128) },
    },
    {
      method: 'POST',
      path: '/targettypes/{targetTypeId}/compatibledistributionsettypes',
      open: async () =>
        `/targettypes/${await create('/targettypes', { name: nameOf() })}/compatibledistributionsettypes`,
      good: () => ({}),
      many: true,
      members: { id },
    },
    ...['/targettags', '/distributionsettags'].flatMap((path): Route[] => [
      {
        method: 'POST',
        path,
        open: () => path,
        good: () => ({ name: nameOf() }),
        many: true,
        members: { ...named, colour },
      },
      {
        method: 'PUT',
        path: `${path}/{${path === '/targettags' ? 'targetTagId' : 'distributionsetTagId'}}`,
        open: async () => `${path}/${await create(path, { name: nameOf() })}`,
        good: () => ({}),
        members: { ...named, colour },
      },
    ]),
    {
      method: 'POST',
      path: '/targetfilters',
      open: () => '/targetfilters',
      good: () => ({ name: nameOf(), query: 'name==x' }),
      members: filter,
    },
    {
      method: 'PUT',
      path: '/targetfilters/{filterId}',
      open: async () =>
        `/targetfilters/${await create('/targetfilters', { name: nameOf(), query: 'name==x' })}`,
      good: () => ({}),
      members: filter,
    },
    {
      method: 'POST',
      path: '/targetfilters/{filterId}/autoAssignDS',
      open: async () =>
        `/targetfilters/${await create('/targetfilters', { name: nameOf(), query: 'name==x' })}/autoAssignDS`,
      good: () => ({ id: world.setId }),
      members: { id, type: word, weight: number(0, 1000), confirmationRequired: boolean },
    },
  ];
}

function softwareRoutes(world: World): Route[] {
  const { create } = world;
  const type = { description, colour };
  const newType = { ...type, key: text(1, 64), name: text(1, 128) };
  const versioned = { ...named, version: text(1, 64) };
  const module = { description, vendor: text(0, 256) };
  const set = { ...versioned, requiredMigrationStep: boolean, locked: boolean };
  const setType = async () => create('/distributionsettypes', { key: nameOf(), name: nameOf() });
  const entry = { key: text(0, 128), value: text(0, 4000) };
  return [
    {
      method: 'POST',
      path: '/softwaremoduletypes',
      open: () => '/softwaremoduletypes',
      good: () => ({ key: nameOf(), name: nameOf(), maxAssignments: 1 }),
      many: true,
      members: { ...newType, minArtifacts: number(0, 2 ** 31 - 1), maxAssignments: number(1, 2 ** 31 - 1) },
    },
    {
      method: 'PUT',
      path: '/softwaremoduletypes/{softwareModuleTypeId}',
      open: () => `/softwaremoduletypes/${world.moduleTypeId}`,
      good: () => ({}),
      members: type,
    },
    {
      method: 'POST',
      path: '/softwaremodules',
      open: () => '/softwaremodules',
      good: () => ({ name: nameOf(), version: '1', type: 'os' }),
      many: true,
      members: { ...versioned, ...module, type: known(1, 64), encrypted: boolean },
    },
    {
      method: 'PUT',
      path: '/softwaremodules/{softwareModuleId}',
      open: async () => `/softwaremodules/${await world.module()}`,
      good: () => ({}),
      members: { ...module, locked: boolean },
    },
    {
      method: 'POST',
      path: '/softwaremodules/{softwareModuleId}/metadata',
      open: async () => `/softwaremodules/${await world.module()}/metadata`,
      good: () => ({ key: nameOf(), value: 'x' }),
      many: true,
      members: { ...entry, targetVisible: boolean },
    },
    {
      method: 'PUT',
      path: '/softwaremodules/{softwareModuleId}/metadata/{metadataKey}',
      open: async () => `/softwaremodules/${await world.module()}/metadata/key`,
      good: () => ({ value: 'x' }),
      members: { value: entry.value, targetVisible: boolean },
    },
    {
      method: 'POST',
      path: '/distributionsettypes',
      open: () => '/distributionsettypes',
      good: () => ({ key: nameOf(), name: nameOf() }),
      many: true,
      members: {
        ...newType,
        mandatorymodules: list,
        'mandatorymodules.0.id': id,
        optionalmodules: list,
        'optionalmodules.0.id': id,
      },
    },
    {
      method: 'PUT',
      path: '/distributionsettypes/{distributionSetTypeId}',
      open: async () => `/distributionsettypes/${await setType()}`,
      good: () => ({}),
      members: type,
    },
    ...['mandatorymoduletypes', 'optionalmoduletypes'].map(
      (segment): Route => ({
        method: 'POST',
        path: `/distributionsettypes/{distributionSetTypeId}/${segment}`,
        open: async () => `/distributionsettypes/${await setType()}/${segment}`,
        good: () => ({ id: world.moduleTypeId }),
        members: { id },
      }),
    ),
    {
      method: 'POST',
      path: '/distributionsets',
      open: () => '/distributionsets',
      good: () => ({ name: nameOf(), version: '1', type: 'os' }),
      many: true,
      members: { ...set, type: known(0, 64), modules: list, 'modules.0.id': id },
    },
    {
      method: 'PUT',
      path: '/distributionsets/{distributionSetId}',
      open: async () => `/distributionsets/${await world.set()}`,
      good: () => ({}),
      members: set,
    },
    {
      method: 'POST',
      path: '/distributionsets/{distributionSetId}/assignedSM',
      open: async () => `/distributionsets/${await world.set()}/assignedSM`,
      good: () => ({}),
      many: true,
      members: { id },
    },
    {
      method: 'POST',
      path: '/distributionsets/{distributionSetId}/invalidate',
      open: async () => `/distributionsets/${await world.set()}/invalidate`,
      good: () => ({ actionCancelationType: 'none' }),
      members: { actionCancelationType: word },
    },
    {
      method: 'POST',
      path: '/distributionsets/{distributionSetId}/metadata',
      open: async () => `/distributionsets/${await world.set()}/metadata`,
      good: () => ({ key: nameOf(), value: 'x' }),
      many: true,
      members: entry,
    },
    {
      method: 'PUT',
      path: '/distributionsets/{distributionSetId}/metadata/{metadataKey}',
      open: async () => `/distributionsets/${await world.set()}/metadata/key`,
      good: () => ({ value: 'x' }),
      members: { value: entry.value },
    },
  ];
}

function deploymentRoutes(world: World): Route[] {
  const { create } = world;
  const rollout = () => ({
    name: nameOf(),
    distributionSetId: world.setId,
    targetFilterQuery: 'name==known',
  });
  const auto = rollout;
  const query = text(1, 1024);
  return [
    {
      method: 'POST',
      path: '/targets/{targetId}/assignedDS',
      open: async () => `/targets/${await world.target()}/assignedDS`,
      good: () => ({ id: world.setId }),
      members: { id, ...ASSIGNMENT },
    },
    {
      method: 'POST',
      path: '/distributionsets/{distributionSetId}/assignedTargets',
      open: () => `/distributionsets/${world.setId}/assignedTargets`,
      good: () => ({ id: nameOf() }),
      many: true,
      members: ASSIGNMENT,
    },
    {
      method: 'PUT',
      path: '/targets/{targetId}/actions/{actionId}',
      open: world.action,
      good: () => ({ forceType: 'forced' }),
      members: { forceType: word },
    },
    {
      method: 'PUT',
      path: '/targets/{targetId}/actions/{actionId}/confirmation',
      open: async () => `${await world.waitingAction()}/confirmation`,
      good: () => ({ confirmation: 'confirmed' }),
      members: { confirmation: word, code: number(-(2 ** 31), 2 ** 31 - 1), details: { kind: 'texts' } },
    },
    {
      method: 'POST',
      path: '/autoassignments',
      open: () => '/autoassignments',
      good: auto,
      members: {
        ...named,
        targetFilterQuery: query,
        distributionSetId: id,
        actionType: word,
        weight: number(0, 1000),
        confirmationRequired: boolean,
        startAt: number(),
      },
    },
    {
      method: 'PUT',
      path: '/autoassignments/{id}',
      open: async () => `/autoassignments/${await create('/autoassignments', auto())}`,
      good: () => ({}),
      members: named,
    },
    {
      method: 'POST',
      path: '/rollouts',
      open: () => '/rollouts',
      good: () => ({ ...rollout(), ...conditions() }),
      members: {
        ...named,
        ...CONDITIONS,
        targetFilterQuery: query,
        distributionSetId: id,
        type: word,
        forcetime: number(),
        startAt: number(),
        weight: number(0, 1000),
        amountGroups: number(1, 500),
        dynamic: boolean,
        confirmationRequired: boolean,
      },
    },
    {
      method: 'POST',
      path: '/rollouts',
      open: () => '/rollouts',
      good: () => ({ ...rollout(), groups: [{ name: nameOf(), ...conditions() }] }),
      members: {
        groups: list,
        ...within('groups.0', {
          ...named,
          ...CONDITIONS,
          targetFilterQuery: text(0, 1024),
          targetPercentage: number(),
          confirmationRequired: boolean,
        }),
      },
    },
    {
      method: 'POST',
      path: '/rollouts',
      open: () => '/rollouts',
      good: () => ({
        ...rollout(),
        dynamic: true,
        dynamicGroupTemplate: { nameSuffix: 'x', targetCount: 1 },
      }),
      members: {
        dynamicGroupTemplate: object,
        'dynamicGroupTemplate.nameSuffix': text(0, 64),
        'dynamicGroupTemplate.targetCount': number(1, 1_000_000),
      },
    },
    {
      method: 'PUT',
      path: '/rollouts/{rolloutId}',
      open: async () => `/rollouts/${await create('/rollouts', rollout())}`,
      good: () => ({}),
      members: named,
    },
  ];
}
