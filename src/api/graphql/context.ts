import type { IncomingMessage } from 'node:http';
import DataLoader from 'dataloader';
import type { Action } from '../../services/actions/action.ts';
import type { ActionOrderField } from '../../services/actions/fields.ts';
import { findActions } from '../../services/actions/find.ts';
import { listActionsOfEach } from '../../services/actions/list.ts';
import { type ActionEntry, listEntriesOfEach } from '../../services/actions/list-entries.ts';
import type { Artifact } from '../../services/artifacts/artifact.ts';
import { findArtifactsOfModules } from '../../services/artifacts/find.ts';
import type { AutoAssignment } from '../../services/auto-assignments/auto-assignment.ts';
import { findAutoAssignmentsOfFilters } from '../../services/auto-assignments/find.ts';
import { type AutoConfirm, findAutoConfirm } from '../../services/auto-confirm/find.ts';
import {
  type CertificateAuthority,
  findCertificateAuthorities,
} from '../../services/certificate-authorities/find.ts';
import type { Caller, Context, Origin, Platform } from '../../services/context.ts';
import { type Deployment, findDeployments, listTargetsOfEachSet } from '../../services/deployments/find.ts';
import { findMetadataOfSets } from '../../services/distribution-set-metadata/find.ts';
import { type DistributionSetTag, findTagsOfSets } from '../../services/distribution-set-tags/find.ts';
import {
  type DistributionSetType,
  findDistributionSetTypes,
} from '../../services/distribution-set-types/find.ts';
import {
  findModuleTypesOfSetTypes,
  type ModuleTypeOfSets,
} from '../../services/distribution-set-types/module-types.ts';
import { findDistributionSets, findModulesOfSets } from '../../services/distribution-sets/find.ts';
import type { DistributionSet } from '../../services/distribution-sets/set.ts';
import { findSetStatistics, type SetStatistics } from '../../services/distribution-sets/statistics.ts';
import {
  countRegistered,
  type EnrollmentGroup,
  type EnrollmentToken,
  findEnrollmentGroups,
  findEnrollmentTokens,
  findTagsOfGroups,
} from '../../services/enrollment/find.ts';
import type { Listing, PageRequest } from '../../services/page.ts';
import { findRolePermissions } from '../../services/roles/role.ts';
import {
  countTargetsOfGroups,
  countTargetsOfRollouts,
  type TargetCounts,
} from '../../services/rollouts/counts.ts';
import type { RolloutGroupOrderField } from '../../services/rollouts/fields.ts';
import { findRollouts } from '../../services/rollouts/find.ts';
import type { RolloutGroup } from '../../services/rollouts/group.ts';
import { listGroupsOfEachRollout, listTargetsOfEachGroup } from '../../services/rollouts/list-of-each.ts';
import type { Rollout } from '../../services/rollouts/rollout.ts';
import {
  findMetadataOfModules,
  type ModuleMetadataEntry,
} from '../../services/software-module-metadata/find.ts';
import {
  findSoftwareModuleTypes,
  type SoftwareModuleType,
} from '../../services/software-module-types/find.ts';
import type { SoftwareModule } from '../../services/software-modules/module.ts';
import { findTargetMetadata, type MetadataEntry } from '../../services/target-metadata/find.ts';
import { findTagsOfTargets, type TargetTag } from '../../services/target-tags/find.ts';
import { findCompatibleSetTypes } from '../../services/target-types/compatible-set-types.ts';
import { findTargetTypes, type TargetType } from '../../services/target-types/find.ts';
import { type Attribute, findAttributes } from '../../services/targets/attributes.ts';
import { findTargets } from '../../services/targets/find.ts';
import type { Target } from '../../services/targets/target.ts';
import { findTokenRotations, type TokenRotation } from '../../services/targets/token-rotation.ts';
import type { Peers } from '../http.ts';

/** What every resolver gets: what the services work with, and loaders of this one request. */
export interface GraphqlContext extends Context {
  loaders: Loaders;
  /** Of links to this server, without a slash at its end. */
  baseUrl: string;
}

/** They gather what the items of a page ask for into one statement each. */
export interface Loaders {
  /** By target id. */
  attributes: DataLoader<number, Attribute[]>;
  targetTypes: DataLoader<number, TargetType | null>;
  /** By target id. */
  tags: DataLoader<number, TargetTag[]>;
  /** By target id. */
  metadata: DataLoader<number, MetadataEntry[]>;
  /** By target id. */
  autoConfirm: DataLoader<number, AutoConfirm>;
  /** By target id. */
  tokenRotations: DataLoader<number, TokenRotation | null>;
  /** By the role's name. */
  rolePermissions: DataLoader<string, string[]>;
  certificateAuthorities: DataLoader<number, CertificateAuthority | null>;
  enrollmentGroups: DataLoader<number, EnrollmentGroup | null>;
  /** By enrollment group id, as the following. */
  enrollmentTokens: DataLoader<number, EnrollmentToken[]>;
  enrollmentTags: DataLoader<number, TargetTag[]>;
  enrolledTargets: DataLoader<number, number>;
  softwareModuleTypes: DataLoader<number, SoftwareModuleType | null>;
  distributionSetTypes: DataLoader<number, DistributionSetType | null>;
  /** By set type id. */
  moduleTypesOfSetTypes: DataLoader<number, ModuleTypeOfSets[]>;
  /** By target type id. */
  compatibleSetTypes: DataLoader<number, DistributionSetType[]>;
  /** By module id. */
  artifacts: DataLoader<number, Artifact[]>;
  /** By module id. */
  metadataOfModules: DataLoader<number, ModuleMetadataEntry[]>;
  /** By set id. */
  modulesOfSets: DataLoader<number, SoftwareModule[]>;
  /** By set id. */
  tagsOfSets: DataLoader<number, DistributionSetTag[]>;
  /** By set id. */
  metadataOfSets: DataLoader<number, MetadataEntry[]>;
  /** By controllerId. */
  targets: DataLoader<string, Target | null>;
  distributionSets: DataLoader<number, DistributionSet | null>;
  /** By set id. */
  statisticsOfSets: DataLoader<number, SetStatistics>;
  /** By saved filter id. */
  autoAssignmentsOfFilters: DataLoader<number, AutoAssignment | null>;
  /** By target id. */
  deployments: DataLoader<number, Deployment>;
  actions: DataLoader<number, Action | null>;
  /** Of a target. */
  actionsOfTargets: DataLoader<Part<ActionsRequest>, Listing<Action>>;
  /** Of a set. */
  actionsOfSets: DataLoader<Part<ActionsRequest>, Listing<Action>>;
  /** Of an action. */
  actionEntries: DataLoader<Part<PageRequest<'id'>>, Listing<ActionEntry>>;
  /** Of a set. */
  assignedTargets: DataLoader<Part<PageRequest<'controllerId'>>, Listing<Target>>;
  /** Of a set. */
  installedTargets: DataLoader<Part<PageRequest<'controllerId'>>, Listing<Target>>;
  rollouts: DataLoader<number, Rollout | null>;
  countsOfRollouts: DataLoader<Counted, TargetCounts | null>;
  countsOfGroups: DataLoader<Counted, TargetCounts | null>;
  /** Of a rollout. */
  groupsOfRollouts: DataLoader<Part<PageRequest<RolloutGroupOrderField>>, Listing<RolloutGroup>>;
  /** Of a group. */
  targetsOfGroups: DataLoader<Part<PageRequest<'controllerId'>>, Listing<Target>>;
}
type Counted = Pick<Rollout, 'id' | 'totalTargets'>;
type ActionsRequest = PageRequest<ActionOrderField>;

/** Which part is asked for of the list that belongs to one thing. */
export interface Part<R> {
  id: number;
  request: R;
}

export function openContext(
  platform: Platform,
  caller: Caller,
  origin: Origin,
  baseUrl: string,
): GraphqlContext {
  const context: Context = { ...platform, caller, origin };
  // The same object: a subscription's caller may become another.
  return Object.assign(context, { loaders: openLoaders(context), baseUrl });
}

/** Where a call of this door came from. */
export const originOf = (peers: Pick<Peers, 'addressOf'>, request: IncomingMessage): Origin => ({
  door: 'GRAPHQL',
  address: peers.addressOf(request),
});

/** They batch and don't remember: a mutation may come after a mutation of the same target. */
const REMEMBER_NOTHING = { cache: false } as const;

function openLoaders(context: Context): Loaders {
  return {
    attributes: several(context, findAttributes),
    targetTypes: one(context, findTargetTypes),
    tags: several(context, findTagsOfTargets),
    metadata: several(context, findTargetMetadata),
    rolePermissions: new DataLoader(async (names) => {
      const found = await findRolePermissions(context, names);
      return names.map((name) => found.get(name) ?? []);
    }, REMEMBER_NOTHING),
    autoConfirm: new DataLoader((ids) => findAutoConfirm(context, ids), REMEMBER_NOTHING),
    tokenRotations: new DataLoader((ids) => findTokenRotations(context, ids), REMEMBER_NOTHING),
    certificateAuthorities: new DataLoader(
      (ids) => findCertificateAuthorities(context, ids),
      REMEMBER_NOTHING,
    ),
    enrollmentGroups: new DataLoader((ids) => findEnrollmentGroups(context, ids), REMEMBER_NOTHING),
    enrollmentTokens: new DataLoader((ids) => findEnrollmentTokens(context, ids), REMEMBER_NOTHING),
    enrollmentTags: new DataLoader((ids) => findTagsOfGroups(context, ids), REMEMBER_NOTHING),
    enrolledTargets: new DataLoader((ids) => countRegistered(context, ids), REMEMBER_NOTHING),
    softwareModuleTypes: one(context, findSoftwareModuleTypes),
    distributionSetTypes: one(context, findDistributionSetTypes),
    moduleTypesOfSetTypes: several(context, findModuleTypesOfSetTypes),
    compatibleSetTypes: several(context, findCompatibleSetTypes),
    artifacts: several(context, findArtifactsOfModules),
    metadataOfModules: several(context, findMetadataOfModules),
    modulesOfSets: several(context, findModulesOfSets),
    tagsOfSets: several(context, findTagsOfSets),
    metadataOfSets: several(context, findMetadataOfSets),
    targets: new DataLoader(async (controllerIds) => {
      const found = await findTargets(context, controllerIds);
      const named = new Map(found.map((target) => [target.controllerId, target]));
      return controllerIds.map((id) => named.get(id) ?? null);
    }, REMEMBER_NOTHING),
    distributionSets: one(context, findDistributionSets),
    statisticsOfSets: new DataLoader((ids) => findSetStatistics(context, ids), REMEMBER_NOTHING),
    autoAssignmentsOfFilters: one(context, findAutoAssignmentsOfFilters),
    deployments: new DataLoader((ids) => findDeployments(context, ids), REMEMBER_NOTHING),
    actions: one(context, findActions),
    actionsOfTargets: lists((ids, request) => listActionsOfEach(context, 'target', ids, request)),
    actionsOfSets: lists((ids, request) => listActionsOfEach(context, 'distributionSet', ids, request)),
    actionEntries: lists((ids, request) => listEntriesOfEach(context, ids, request)),
    assignedTargets: lists((ids, request) => listTargetsOfEachSet(context, 'assigned', ids, request)),
    rollouts: one(context, findRollouts),
    countsOfRollouts: counts((of) => countTargetsOfRollouts(context, of)),
    countsOfGroups: counts((of) => countTargetsOfGroups(context, of)),
    groupsOfRollouts: lists((ids, request) => listGroupsOfEachRollout(context, ids, request)),
    targetsOfGroups: lists((ids, request) => listTargetsOfEachGroup(context, ids, request)),
    installedTargets: lists((ids, request) => listTargetsOfEachSet(context, 'installed', ids, request)),
  };
}

/** Loads how far the targets of rollouts or groups are. */
const counts = (
  count: (of: readonly Counted[]) => Promise<(TargetCounts | undefined)[]>,
): DataLoader<Counted, TargetCounts | null> =>
  new DataLoader(async (of) => (await count(of)).map((found) => found ?? null), REMEMBER_NOTHING);

/** Loads things by their ids. */
function one<T>(
  context: Context,
  find: (context: Context, ids: readonly number[]) => Promise<(T | undefined)[]>,
): DataLoader<number, T | null> {
  return new DataLoader(
    async (ids) => (await find(context, ids)).map((found) => found ?? null),
    REMEMBER_NOTHING,
  );
}

/** Loads what belongs to things, by the ids of these. */
function several<T>(
  context: Context,
  find: (context: Context, ids: readonly number[]) => Promise<Map<number, T[]>>,
): DataLoader<number, T[]> {
  return new DataLoader(async (ids) => {
    const found = await find(context, ids);
    return ids.map((id) => found.get(id) ?? []);
  }, REMEMBER_NOTHING);
}

/** Loads lists that belong to things: together where the same part is asked for. */
function lists<R extends object, T>(
  listEach: (ids: readonly number[], request: R) => Promise<Map<number, Listing<T>>>,
): DataLoader<Part<R>, Listing<T>> {
  return new DataLoader(async (parts) => {
    const alike = new Map<string, { request: R; ids: Set<number> }>();
    const keys = parts.map(({ id, request }) => {
      const key = JSON.stringify(request);
      const known = alike.get(key) ?? { request, ids: new Set() };
      alike.set(key, known);
      known.ids.add(id);
      return key;
    });
    const found = new Map(
      [...alike].map(([key, { request, ids }]) => [key, listEach([...ids], request)] as const),
    );
    return Promise.all(
      parts.map(({ id }, at) => found.get(keys[at]!)!.then((listings) => listings.get(id)!, asError)),
    );
  }, REMEMBER_NOTHING);
}

const asError = (error: unknown) => error as Error;
