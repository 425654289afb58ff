import type { Platform } from '../../shared/context.ts';
import type { Tenant } from '../tenants/registry.ts';
import type { WatcherGroup } from './group.ts';
import { type MatchTester, openMatchTester } from './match.ts';
import { comparisonsOf } from './view.ts';

/** Characters of the filters in one statement, which takes 65,534 parameters. A filter has fewer parameters than characters. */
const TEXT_AT_MOST = 50_000;
/** Comparisons in one statement. Each may be two columns of a sub-query, which can have 1,664. */
const COMPARISONS_AT_MOST = 800;
/** A placeholder or a field that makes a condition depend on the current time. */
const MOMENT = /_ts\}|overdue|nextexpected/i;

/** Groups that are tested by one statement. */
interface TestedGroups {
  groups: WatcherGroup[];
  test: MatchTester;
}

/**
 * The statements that test the changed targets of a tenant. They are built again when the tenant's settings or the groups
 * change; `version` is another number then. `testing` has the pool they run on.
 */
export function matchTestersOf(platform: Platform, testing: Platform, tenantId: number) {
  let opened: { tenant: Tenant; version: number; batches: TestedGroups[] } | undefined;
  return async (groups: readonly WatcherGroup[], version: number): Promise<TestedGroups[]> => {
    const tenant = await platform.tenants.byId(tenantId);
    if (opened?.tenant === tenant && opened.version === version) return opened.batches;
    const batches = await Promise.all(
      splitGroups(groups).map(async (batch): Promise<TestedGroups> => {
        const filters = batch.flatMap(({ filter }) => filter ?? []);
        return { groups: batch, test: await openMatchTester(testing, tenantId, filters) };
      }),
    );
    const isTimeless = !groups.some(({ text }) => MOMENT.test(text));
    opened = isTimeless ? { tenant, version, batches } : undefined;
    return batches;
  };
}

/** Groups that fit into one statement each: usually all of them. */
function splitGroups(groups: readonly WatcherGroup[]): WatcherGroup[][] {
  const batches: WatcherGroup[][] = [[]];
  let length = 0;
  let comparisons = 0;
  for (const group of groups) {
    const own = group.filter ? comparisonsOf(group.filter) : 0;
    length += group.weight;
    comparisons += own;
    if (length > TEXT_AT_MOST || comparisons > COMPARISONS_AT_MOST) {
      batches.push([]);
      length = group.weight;
      comparisons = own;
    }
    batches.at(-1)!.push(group);
  }
  return batches;
}
