import { titleOf } from '../../services/software/software-modules/module.ts';

/** Builds links on the base that the request gives; segments are percent-encoded. */
export type Links = (...segments: (string | number)[]) => string;

export const linksOn =
  (baseUrl: string): Links =>
  (...segments) =>
    `${baseUrl}/rest/v1/${segments.map((segment) => encodeURIComponent(segment)).join('/')}`;

export const link = (href: string) => ({ href });

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
export const authorship = ({ createdAt, createdBy, lastModifiedAt, lastModifiedBy }: Authored) => ({
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
