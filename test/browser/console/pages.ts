/** Each page of the console, for the checks that all of them pass: its path and its heading. */
export const PAGES: readonly (readonly [path: string, heading: string | RegExp])[] = [
  ['/', 'Fleet'],
  ['/targets', 'Targets'],
  ['/targets?filter=name%3D%3D', 'Targets'],
  ['/targets?filter=name%3D%3Dnosuch', 'Targets'],
  ['/targets/device-1', 'The first device'],
  ['/provision', 'Provision a device'],
  ['/rollouts', 'Rollouts'],
  ['/rollouts/new', 'New rollout'],
  ['/software', 'Software'],
  ['/software?tab=modules', 'Software'],
  ['/software?tab=types', 'Software'],
  ['/enrollment', 'Enrollment'],
  ['/settings', 'Settings'],
  ['/settings?tab=users', 'Settings'],
  ['/settings?tab=keys', 'Settings'],
  ['/audit', 'Audit log'],
];
