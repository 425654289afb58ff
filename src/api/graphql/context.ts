import type { IncomingMessage } from 'node:http';
import DataLoader from 'dataloader';
import { type AutoConfirm, findAutoConfirm } from '../../services/auto-confirm/find.ts';
import {
  type CertificateAuthority,
  findCertificateAuthorities,
} from '../../services/certificate-authorities/find.ts';
import type { Caller, Context, Origin, Platform } from '../../services/context.ts';
import {
  countRegistered,
  type EnrollmentGroup,
  type EnrollmentToken,
  findEnrollmentGroups,
  findEnrollmentTokens,
  findTagsOfGroups,
} from '../../services/enrollment/find.ts';
import { findRolePermissions } from '../../services/roles/role.ts';
import { findTargetMetadata, type MetadataEntry } from '../../services/target-metadata/find.ts';
import { findTagsOfTargets, type TargetTag } from '../../services/target-tags/find.ts';
import { findTargetTypes, type TargetType } from '../../services/target-types/find.ts';
import { type Attribute, findAttributes } from '../../services/targets/attributes.ts';
import { findTokenRotations, type TokenRotation } from '../../services/targets/token-rotation.ts';
import type { Peers } from '../http.ts';

/** What every resolver gets: what the services work with, and loaders of this one request. */
export interface GraphqlContext extends Context {
  loaders: Loaders;
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
}

export function openContext(platform: Platform, caller: Caller, origin: Origin): GraphqlContext {
  const context: Context = { ...platform, caller, origin };
  // The same object: a subscription's caller may become another.
  return Object.assign(context, { loaders: openLoaders(context) });
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
    attributes: new DataLoader(async (ids) => {
      const found = await findAttributes(context, ids);
      return ids.map((id) => found.get(id) ?? []);
    }, REMEMBER_NOTHING),
    targetTypes: new DataLoader(async (ids) => {
      const found = await findTargetTypes(context, ids);
      return found.map((targetType) => targetType ?? null);
    }, REMEMBER_NOTHING),
    tags: new DataLoader(async (ids) => {
      const found = await findTagsOfTargets(context, ids);
      return ids.map((id) => found.get(id) ?? []);
    }, REMEMBER_NOTHING),
    metadata: new DataLoader(async (ids) => {
      const found = await findTargetMetadata(context, ids);
      return ids.map((id) => found.get(id) ?? []);
    }, REMEMBER_NOTHING),
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
  };
}
