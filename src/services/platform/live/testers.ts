import type { Platform } from '../../shared/context.ts';
import type { Tenant } from '../tenants/registry.ts';
import type { Group } from './group.ts';
import { openTester, type Tester } from './match.ts';
import { comparisonsOf } from './view.ts';

/** Characters of the filters in one statement: it takes 65,534 parameters, and a filter has fewer than characters. */
const TEXT_AT_MOST = 50_000;
/** Comparisons in one statement: each may be two columns of a sub-query, which can have 1,664. */
const COMPARISONS_AT_MOST = 800;
/** What makes a condition depend on the time it is asked at. */
const MOMENT = /_ts\}/i;

/** Groups that are tested by one statement. */
interface Part {
  groups: Group[];
  test: Tester;
}

/**
 * The statements that test changed targets of a tenant; opened anew when something else must be asked: another setting of
 * the tenant, or other groups, which `version` tells. `testing` has the pool they run on.
 */
export function testersOf(platform: Platform, testing: Platform, tenantId: number) {
  let opened: { tenant: Tenant; version: number; parts: Part[] } | undefined;
  return async (groups: readonly Group[], version: number): Promise<Part[]> => {
    const tenant = await platform.tenants.byId(tenantId);
    if (opened?.tenant === tenant && opened.version === version) return opened.parts;
    const parts = await Promise.all(
      partsOf(groups).map(async (part): Promise<Part> => {
        const filters = part.flatMap(({ filter }) => filter ?? []);
        return { groups: part, test: await openTester(testing, tenantId, filters) };
      }),
    );
    const isTimeless = !groups.some(({ text }) => MOMENT.test(text));
    opened = isTimeless ? { tenant, version, parts } : undefined;
    return parts;
  };
}

/** Groups that fit into one statement each: usually all of them. */
function partsOf(groups: readonly Group[]): Group[][] {
  const parts: Group[][] = [[]];
  let length = 0;
  let comparisons = 0;
  for (const group of groups) {
    const own = group.filter ? comparisonsOf(group.filter) : 0;
    length += group.weight;
    comparisons += own;
    if (length > TEXT_AT_MOST || comparisons > COMPARISONS_AT_MOST) {
      parts.push([]);
      length = group.weight;
      comparisons = own;
    }
    parts.at(-1)!.push(group);
  }
  return parts;
}
