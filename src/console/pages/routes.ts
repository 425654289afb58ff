import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { listSearchOf } from '../parts/place.ts';
import { NotFound } from '../shell/not-found.tsx';
import { enrollmentSearchOf } from './enrollment/search.ts';
import { fleetSearchOf } from './fleet/search.ts';
import { jobsSearchOf } from './jobs/search.ts';
import { importSearchOf } from './provision/search.ts';
import { newRolloutSearchOf } from './rollouts/search.ts';
import { settingsSearchOf } from './settings/search.ts';
import { softwareSearchOf } from './software/search.ts';

const autoAssignments = () => import('./auto-assignments/auto-assignments-page.tsx');

const rolloutPages = <Shell extends AnyRoute>(shell: Shell) =>
  [
    createRoute({
      getParentRoute: () => shell,
      path: '/rollouts',
      validateSearch: listSearchOf,
      component: lazyRouteComponent(() => import('./rollouts/rollouts-page.tsx'), 'RolloutsPage'),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: '/rollouts/new',
      validateSearch: newRolloutSearchOf,
      component: lazyRouteComponent(() => import('./rollouts/new-rollout-page.tsx'), 'NewRolloutPage'),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: '/rollouts/$number',
      component: lazyRouteComponent(() => import('./rollouts/rollout-page.tsx'), 'RolloutPage'),
    }),
  ] as const;

/**
 * The pages, each loaded when it is first opened. The first part of a path is named in the server's
 * `src/api/console/pages.ts`, too.
 */
export const pages = <Shell extends AnyRoute>(shell: Shell) =>
  [
    createRoute({
      getParentRoute: () => shell,
      path: '/',
      validateSearch: fleetSearchOf,
      component: lazyRouteComponent(() => import('./fleet/fleet-page.tsx'), 'FleetPage'),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: '/targets',
      validateSearch: listSearchOf,
      component: lazyRouteComponent(() => import('./targets/targets-page.tsx'), 'TargetsPage'),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: '/targets/$controllerId',
      component: lazyRouteComponent(() => import('./target/target-page.tsx'), 'TargetPage'),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: '/provision',
      component: lazyRouteComponent(() => import('./provision/provision-page.tsx'), 'ProvisionPage'),
    }),
    ...rolloutPages(shell),
    createRoute({
      getParentRoute: () => shell,
      path: '/auto-assignments',
      validateSearch: listSearchOf,
      component: lazyRouteComponent(autoAssignments, 'AutoAssignmentsPage'),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: '/software',
      validateSearch: softwareSearchOf,
      component: lazyRouteComponent(() => import('./software/software-page.tsx'), 'SoftwarePage'),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: '/software/modules/$number',
      component: lazyRouteComponent(() => import('./software/module-page.tsx'), 'ModulePage'),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: '/distribution-sets/$number',
      component: lazyRouteComponent(() => import('./software/set-page.tsx'), 'SetPage'),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: '/enrollment',
      validateSearch: enrollmentSearchOf,
      component: lazyRouteComponent(() => import('./enrollment/enrollment-page.tsx'), 'EnrollmentPage'),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: '/settings',
      validateSearch: settingsSearchOf,
      component: lazyRouteComponent(() => import('./settings/settings-page.tsx'), 'SettingsPage'),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: '/actions',
      validateSearch: listSearchOf,
      component: lazyRouteComponent(() => import('./actions/actions-page.tsx'), 'ActionsPage'),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: '/jobs',
      validateSearch: jobsSearchOf,
      component: lazyRouteComponent(() => import('./jobs/jobs-page.tsx'), 'JobsPage'),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: '/audit',
      validateSearch: listSearchOf,
      component: lazyRouteComponent(() => import('./audit/audit-page.tsx'), 'AuditPage'),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: '/provision/many',
      validateSearch: importSearchOf,
      component: lazyRouteComponent(() => import('./provision/import-page.tsx'), 'ImportPage'),
    }),
    createRoute({ getParentRoute: () => shell, path: '$', component: NotFound }),
  ] as const;
