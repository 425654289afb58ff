import type { Request } from 'express';
import { titleOf } from '../../services/software/software-modules/module.ts';
import { encodeSegment } from '../base-url.ts';

/** Builds links on the base that the request gives; segments are percent-encoded. */
export type Links = (...segments: (string | number)[]) => string;

/** Gives the links' builder for a request. */
export type LinksOf = (request: Request) => Links;

export const linksOn =
  (baseUrl: string): Links =>
  (...segments) =>
    `${baseUrl}/rest/v1/${segments.map(encodeSegment).join('/')}`;

export const link = (href: string) => ({ href });

/** The links of an entity, `type` only where it may be seen. */
export interface EntityLinks {
  self: object;
  type?: object;
}

/** The link of an entity to itself. */
export const selfLink = (links: Links, ...segments: (string | number)[]) => ({
  self: link(links(...segments)),
});

export const linkToSet = (links: Links, set: { id: number; name: string; version: string }) => ({
  ...link(links('distributionsets', set.id)),
  name: titleOf(set),
});

interface Authored {
  createdAt: Date;
  createdBy: string;
  lastModifiedAt: Date;
  lastModifiedBy: string;
}
export const renderAuthorship = ({ createdAt, createdBy, lastModifiedAt, lastModifiedBy }: Authored) => ({
  createdBy,
  createdAt: createdAt.getTime(),
  lastModifiedBy,
  lastModifiedAt: lastModifiedAt.getTime(),
});

/** Leaves out what has no value: hawkBit never sends null. */
export function withoutNulls<T extends object>(object: T): Partial<T> {
  const kept: Partial<T> = {};
  for (const name in object) if (object[name] != null) kept[name] = object[name];
  return kept;
}
