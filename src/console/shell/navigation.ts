import {
  IconDeviceDesktop,
  IconFileImport,
  IconHistory,
  IconListCheck,
  IconPackage,
  IconPlus,
  IconProgressCheck,
  IconRepeat,
  IconRocket,
  IconSettings,
  IconTopologyStar3,
  IconUserPlus,
} from '@tabler/icons-react';
import type { LinkProps } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import type { Permission } from '../api/types.documents.ts';
import { shell } from '../texts/shell.ts';

export interface Place {
  to: NonNullable<LinkProps['to']>;
  label: string;
  icon: ComponentType<{ size?: number; stroke?: number }>;
  /** Who has none of these doesn't see it. */
  needs: readonly Permission[];
  /** Pages that belong to it under another path. */
  also?: readonly string[];
}

/** Places that only the palette leads to at once. */
export const MORE_PLACES: readonly (Place & { search?: Record<string, string>; isForAdmins?: boolean })[] = [
  { to: '/provision/many', label: shell.importTargets, icon: IconFileImport, needs: ['CREATE_TARGET'] },
  { to: '/rollouts/new', label: shell.newRollout, icon: IconRocket, needs: ['CREATE_ROLLOUT'] },
  ...(
    [
      ['modules', shell.tabs.modules],
      ['types', shell.tabs.softwareTypes],
    ] as const
  ).map(([tab, label]) => ({
    to: '/software' as const,
    search: { tab },
    label,
    icon: IconPackage,
    needs: ['READ_SOFTWARE_MODULE'] as const,
  })),
  ...(
    [
      ['tags', 'READ_TARGET'],
      ['setTags', 'READ_DISTRIBUTION_SET'],
      ['types', 'READ_TARGET_TYPE'],
    ] as const
  ).map(([tab, needed]) => ({
    to: '/settings' as const,
    search: { tab },
    label: shell.tabs[tab],
    icon: IconSettings,
    needs: [needed],
  })),
  ...(['general', 'certificates', 'webhooks'] as const).map((tab) => ({
    to: '/settings' as const,
    search: { tab },
    label: shell.tabs[tab],
    icon: IconSettings,
    needs: ['READ_TENANT_CONFIGURATION'] as const,
  })),
  ...(['users', 'roles', 'keys'] as const).map((tab) => ({
    to: '/settings' as const,
    search: { tab },
    label: shell.tabs[tab],
    icon: IconSettings,
    needs: [],
    isForAdmins: tab !== 'keys',
  })),
];

/** The places of the sidebar and of the palette, in their order. */
export const PLACES: readonly Place[] = [
  { to: '/', label: shell.fleet, icon: IconTopologyStar3, needs: ['READ_TARGET'] },
  { to: '/targets', label: shell.targets, icon: IconDeviceDesktop, needs: ['READ_TARGET'] },
  { to: '/provision', label: shell.newTarget, icon: IconPlus, needs: ['CREATE_TARGET'] },
  { to: '/rollouts', label: shell.rollouts, icon: IconRocket, needs: ['READ_ROLLOUT'] },
  {
    to: '/auto-assignments',
    label: shell.autoAssignments,
    icon: IconRepeat,
    needs: ['READ_AUTO_ASSIGNMENT'],
  },
  { to: '/actions', label: shell.actions, icon: IconListCheck, needs: ['READ_TARGET'] },
  {
    to: '/software',
    label: shell.software,
    icon: IconPackage,
    needs: ['READ_DISTRIBUTION_SET', 'READ_SOFTWARE_MODULE'],
    also: ['/distribution-sets'],
  },
  {
    to: '/enrollment',
    label: shell.enrollment,
    icon: IconUserPlus,
    needs: ['READ_TARGET', 'READ_TENANT_CONFIGURATION'],
  },
  { to: '/jobs', label: shell.jobs, icon: IconProgressCheck, needs: [] },
  { to: '/audit', label: shell.audit, icon: IconHistory, needs: ['READ_AUDIT'] },
  { to: '/settings', label: shell.settings, icon: IconSettings, needs: [] },
];
