import { sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import { arrayOf } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import type { Alternation } from '../../../database/tables/targets.ts';
import { parseDuration } from '../../platform/tenants/durations.ts';
import { alternationAfter, isSuspicious, markOf, sideOf, type Twins } from '../sign-in/twins.ts';
import type { Device } from './device.ts';
import type { NotedPolls } from './noted-polls.ts';

/** No side has this mark. */
const SEVERAL = -1;

type Changed = {
  place: number;
  wasKnown: boolean;
  /** As JSON. */
  alternation: string | null;
};

interface After {
  place: number;
  alternation: Alternation | undefined;
}

/**
 * Writes from which sides devices polled, where these are others than the last ones, of whatever process. The rows of the
 * polls are locked: this transaction has written them. Most polls come from the side of the one before.
 */
export async function writeSides(
  tx: Transaction,
  polls: NotedPolls<Device>,
  places: readonly number[],
  suspect: Twins['suspect'],
): Promise<void> {
  const polled = places.filter((place) => polls.uses[place]);
  if (!polled.length) return;
  const list = (of: (place: number) => unknown) => arrayOf(polled.map(of));
  const changed = await tx.execute<Changed>(sql`
    SELECT new.place, poll.side IS NOT NULL AS "wasKnown", poll.alternation::text
    FROM unnest(${list((place) => polls.devices[place]!.tenant.tenantId)}::bigint[],
                ${list((place) => polls.devices[place]!.targetId)}::bigint[],
                ${list((place) => markAt(polls, place))}::integer[],
                ${list((place) => place)}::integer[]) AS new(tenant_id, id, side, place)
    JOIN target_polls AS poll ON poll.tenant_id = new.tenant_id AND poll.target_id = new.id
    WHERE poll.side IS DISTINCT FROM new.side ${overAllTenants('poll times')}`);
  if (!changed.length) return;
  const after = changed.map((row) => {
    const alternation = alternationAt(polls, row);
    const isTold =
      alternation && isSuspicious(alternation) && suspect(polls.devices[row.place]!, alternation);
    return { ...row, alternation: isTold ? { ...alternation, toldAt: alternation.now.at } : alternation };
  });
  await writeAlternations(tx, polls, after);
}

function markAt({ devices, uses, addresses, earlier }: NotedPolls<Device>, place: number): number {
  return earlier.has(devices[place]!) ? SEVERAL : markOf(addresses[place]!, uses[place]!.mark);
}

function alternationAt(
  { devices, uses, addresses, times, earlier }: NotedPolls<Device>,
  { place, wasKnown, alternation }: Changed,
): Alternation | undefined {
  const device = devices[place]!;
  const before = earlier.get(device) ?? [];
  // A first side alone is no change.
  if (!wasKnown && !before.length) return undefined;
  const newest = sideOf(uses[place]!, addresses[place]!, times[place]!);
  const interval = (parseDuration(device.sleep) ?? 0) * 1_000;
  const known: Alternation | undefined = alternation === null ? undefined : JSON.parse(alternation);
  return alternationAfter(known, [...before, newest], interval);
}

async function writeAlternations(
  tx: Transaction,
  { devices, uses, addresses }: NotedPolls<Device>,
  changed: readonly After[],
): Promise<void> {
  const list = (of: (after: After) => unknown) => arrayOf(changed.map(of));
  await tx.execute(sql`
    UPDATE target_polls AS poll SET side = new.side, alternation = new.alternation::jsonb
    FROM unnest(${list(({ place }) => devices[place]!.tenant.tenantId)}::bigint[],
                ${list(({ place }) => devices[place]!.targetId)}::bigint[],
                ${list(({ place }) => markOf(addresses[place]!, uses[place]!.mark))}::integer[],
                ${list(({ alternation }) => alternation && JSON.stringify(alternation))}::text[])
      AS new(tenant_id, id, side, alternation)
    WHERE poll.tenant_id = new.tenant_id AND poll.target_id = new.id ${overAllTenants('poll times')}`);
}
