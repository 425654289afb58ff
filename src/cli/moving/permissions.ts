/** What hawkBit's permissions end in, by the first part of a path; the longest that fits counts. */
const GROUPS: readonly (readonly [string, string])[] = [
  ['rest/v1/targettypes', 'TARGET_TYPE'],
  ['rest/v1/target', 'TARGET'],
  ['rest/v1/actions', 'TARGET'],
  ['rest/v1/softwaremoduletypes', 'SOFTWARE_MODULE_TYPE'],
  ['rest/v1/softwaremodules', 'SOFTWARE_MODULE'],
  ['rest/v1/distributionsettypes', 'DISTRIBUTION_SET_TYPE'],
  ['rest/v1/distributionset', 'DISTRIBUTION_SET'],
  ['rest/v1/rollouts', 'ROLLOUT'],
  ['rest/v1/autoassignments', 'AUTO_ASSIGNMENT'],
  ['rest/v1/system', 'TENANT_CONFIGURATION'],
];
const ACTIONS: Record<string, string> = { GET: 'READ', POST: 'CREATE', PUT: 'UPDATE', DELETE: 'DELETE' };

/** The permission that a request needs, as people give it to a user. */
export function permissionFor(path: string, method: string): string {
  if (path.endsWith('/download')) return 'DOWNLOAD_REPOSITORY_ARTIFACT';
  const [, group] = GROUPS.find(([start]) => path.startsWith(start)) ?? [];
  if (!group) return 'a further permission';
  const name = `${ACTIONS[method] ?? 'UPDATE'}_${group}`;
  const older = /SOFTWARE|DISTRIBUTION/.test(group)
    ? ` (in older versions ${ACTIONS[method]}_REPOSITORY)`
    : '';
  return name + older;
}
