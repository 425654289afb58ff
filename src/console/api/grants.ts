import type { Permission } from './types.documents.ts';

/** A permission; with a filter, only for what it matches. */
export interface Grant {
  permission: Permission;
  filter: string | null;
}

/** A grant as it is sent: an empty filter is none. */
export const grantInput = ({ permission, filter }: Grant): Grant => ({
  permission,
  filter: filter?.trim() || null,
});

/** A grant in one line: `READ_TARGET`, or `READ_TARGET/group==eu` for what a filter matches. */
export const grantText = ({ permission, filter }: Grant): string =>
  filter === null ? permission : `${permission}/${filter}`;
