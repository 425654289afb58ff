/**
 * The first part of the path of each page of the console. Its router knows the rest; a page that is added there is
 * added here, so that the browser gets it when it is asked for it directly.
 */
const PAGES = [
  'actions',
  'audit',
  'auto-assignments',
  'distribution-sets',
  'enrollment',
  'jobs',
  'provision',
  'rollouts',
  'settings',
  'sign-in',
  'software',
  'targets',
];

const PAGE_PATH = new RegExp(`^/(?:(?:${PAGES.join('|')})(?:/.*)?)?$`);
/** A tenant may be named like a page. */
const DEVICE_PATH = /^\/[^/]+\/controller\//;

/** Whether a path, without its query, is one of the console's pages: never one of a device or of another door. */
export const isConsolePage = (path: string): boolean => PAGE_PATH.test(path) && !DEVICE_PATH.test(path);
