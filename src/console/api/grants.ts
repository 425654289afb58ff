import type { Permission } from './permissions.ts';

/** A permission; with a filter, only for what it matches. */
export interface Grant {
  permission: Permission;
  filter: string | null;
}

/** Reads `READ_TARGET` or `READ_TARGET/group==eu`. */
export function grantOf(text: string): Grant {
  const slash = text.indexOf('/');
  return slash < 0
    ? { permission: text as Permission, filter: null }
    : { permission: text.slice(0, slash) as Permission, filter: text.slice(slash + 1) };
}

/** An empty filter is none. */
export const grantText = ({ permission, filter }: Grant): string =>
  filter?.trim() ? `${permission}/${filter.trim()}` : permission;
