import type { FilterEntity, Permission } from '../../api/types.documents.ts';
import { permissionTexts as texts } from '../../texts/permissions.ts';

const ACTIONS = Object.entries(texts.actions);

/** Each kind of thing, with its name and the permissions to see, create, change and delete it. */
export const KINDS = Object.entries(texts.kinds).map(
  ([kind, label]) => [kind, label, ACTIONS.map(([action]) => `${action}_${kind}` as Permission)] as const,
);

/** The permissions that are not one of these four. */
export const OTHERS = Object.keys(texts.others) as (keyof typeof texts.others)[];

export const ALL: readonly Permission[] = [...KINDS.flatMap(([, , permissions]) => permissions), ...OTHERS];

const LABELS = new Map<string, string>([
  ...KINDS.flatMap(([, label, permissions]) =>
    permissions.map((permission, at) => [permission, `${label}: ${ACTIONS[at]![1]}`] as const),
  ),
  ...Object.entries(texts.others),
]);

/** What a permission is called. */
export const labelOf = (permission: Permission): string => LABELS.get(permission) ?? permission;

const FILTERED = [
  'TARGET',
  'TARGET_TYPE',
  'SOFTWARE_MODULE',
  'SOFTWARE_MODULE_TYPE',
  'DISTRIBUTION_SET',
  'DISTRIBUTION_SET_TYPE',
] as const satisfies FilterEntity[];

/** What a filter that limits it is of; permissions on rollouts, auto-assignments and settings take none. */
export const filteredBy = (permission: Permission): FilterEntity | undefined =>
  permission === 'DOWNLOAD_REPOSITORY_ARTIFACT'
    ? 'SOFTWARE_MODULE'
    : FILTERED.find((kind) => ACTIONS.some(([action]) => permission === `${action}_${kind}`));
