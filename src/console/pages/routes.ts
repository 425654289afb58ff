import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';

/**
 * The pages, each loaded when it is first opened. The first part of a path is named in the server's
 * `src/api/console/pages.ts`, too.
 */
export const pages = <Shell extends AnyRoute>(shell: Shell) =>
  [
    createRoute({
      getParentRoute: () => shell,
      path: '/',
      component: lazyRouteComponent(() => import('./fleet/fleet-page.tsx'), 'FleetPage'),
    }),
  ] as const;
