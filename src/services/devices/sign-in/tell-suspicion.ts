import { and, eq, isNull, lt, or } from 'drizzle-orm';
import { type PollSide, targets } from '../../../database/tables/targets.ts';
import { change } from '../../shared/change.ts';
import type { Platform } from '../../shared/context.ts';
import { asDevice } from '../device-context.ts';
import type { Device } from '../polling/device.ts';

const TOLD_AGAIN_MS = 86_400_000;

type ToldSide = Pick<PollSide, 'kind' | 'address'>;

/** Writes that two devices seem to use one name, at most once a day for a target. */
export async function tellSuspicion(
  platform: Platform,
  { tenant, targetId }: Pick<Device, 'tenant' | 'targetId'>,
  sides: readonly [ToldSide, ToldSide],
): Promise<void> {
  const { tenantId } = tenant;
  const now = platform.clock();
  const isToBeTold = and(
    eq(targets.tenantId, tenantId),
    eq(targets.id, targetId),
    or(
      isNull(targets.sharingSuspectedAt),
      lt(targets.sharingSuspectedAt, new Date(now.getTime() - TOLD_AGAIN_MS)),
    ),
  );
  const [found] = await platform.database
    .select({ controllerId: targets.controllerId })
    .from(targets)
    .where(isToBeTold);
  if (!found) return;
  const { controllerId } = found;
  await change(asDevice(platform, tenant, controllerId, sides[1]), async (tx, changes) => {
    const [suspected] = await tx
      .update(targets)
      .set({ sharingSuspectedAt: now })
      .where(isToBeTold)
      .returning({ id: targets.id });
    // Another process told it meanwhile.
    if (!suspected) return;
    changes.targets([controllerId]);
    changes.record({
      type: 'target.sharing-suspected',
      subjects: [controllerId],
      changes: {
        addresses: { new: sides.map(({ address }) => address) },
        credentials: { new: sides.map(({ kind }) => kind.toUpperCase()) },
      },
    });
  });
}
