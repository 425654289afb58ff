import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { type Place, placeOf } from '../parts/place.ts';
import { NotFound } from '../shell/not-found.tsx';
import { fleetSearchOf } from './fleet/search.ts';
import { newRolloutSearchOf } from './rollouts/search.ts';
import { settingsSearchOf } from './settings/search.ts';
import { softwareSearchOf } from './software/search.ts';
import { type TargetsSearch, targetsSearchOf } from './targets/search.ts';

/** A place in a list, and what filters it. */
const filteredPlaceOf = ({ filter, ...search }: Record<string, unknown>): Place & { filter?: string } => ({
  ...(typeof filter === 'string' && { filter }),
  ...placeOf(search),
});

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
      validateSearch: (search: Record<string, unknown>): TargetsSearch => targetsSearchOf(search),
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
    createRoute({
      getParentRoute: () => shell,
      path: '/rollouts',
      validateSearch: placeOf,
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
    createRoute({
      getParentRoute: () => shell,
      path: '/auto-assignments',
      validateSearch: filteredPlaceOf,
      component: lazyRouteComponent(
        () => import('./auto-assignments/auto-assignments-page.tsx'),
        'AutoAssignmentsPage',
      ),
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
      validateSearch: filteredPlaceOf,
      component: lazyRouteComponent(() => import('./actions/actions-page.tsx'), 'ActionsPage'),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: '/audit',
      validateSearch: filteredPlaceOf,
      component: lazyRouteComponent(() => import('./audit/audit-page.tsx'), 'AuditPage'),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: '/provision/many',
      component: lazyRouteComponent(() => import('./provision/import-page.tsx'), 'ImportPage'),
    }),
    createRoute({ getParentRoute: () => shell, path: '$', component: NotFound }),
  ] as const;
