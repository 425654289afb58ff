import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { distributionSets } from '../../../database/tables/distribution-sets.ts';
import { distributionSetNotFound } from '../../../errors.ts';
import { requireRoomForActions } from '../../deployments/actions/quota.ts';
import { DEFAULT_WEIGHT } from '../../deployments/assignments/input.ts';
import { deploy, targetsWithoutSet } from '../../deployments/assignments/write.ts';
import { lockOwnTarget } from '../../fleet/targets/selection.ts';
import { added } from '../../platform/audit/record.ts';
import { change } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { isStorableText } from '../../shared/text.ts';
import { titleOf } from '../../software/software-modules/module.ts';

const InstalledSet = z.object({ name: z.string(), version: z.string() });

/**
 * A device tells which distribution set it has: an assignment that is done already.
 * @returns whether that was news
 * @throws DISTRIBUTION_SET_NOT_FOUND, QUOTA_EXCEEDED
 */
export async function reportInstalled(
  device: ActorContext,
  input: z.input<typeof InstalledSet>,
): Promise<boolean> {
  const { tenantId } = device.caller;
  const { name, version } = parse(InstalledSet, input);
  const title = titleOf({ name, version });
  if (!isStorableText(title)) throw distributionSetNotFound(title, ['name']);
  const { settings } = await device.tenants.byId(tenantId);

  return change(device, async (tx, changes) => {
    const [set] = await tx
      .select({ id: distributionSets.id })
      .from(distributionSets)
      .where(
        and(
          eq(distributionSets.tenantId, tenantId),
          eq(distributionSets.name, name),
          eq(distributionSets.version, version),
          eq(distributionSets.deleted, false),
        ),
      )
      .for('share');
    if (!set) throw distributionSetNotFound(title, ['name']);
    const target = await lockOwnTarget(tx, device);
    const plan = { ...OFFLINE, setId: set.id };
    const news = await targetsWithoutSet(tx, tenantId, plan, [target]);
    if (!news.length) return false;
    await requireRoomForActions({ tx, changes }, tenantId, settings.actionCleanup.percentOnQuota, news);
    await deploy(tx, device, plan, news);
    changes.targets([target.controllerId]);
    changes.record({
      type: 'target.set-reported',
      subjects: [target.controllerId],
      changes: added({ distributionSet: title }),
    });
    return true;
  });
}

const OFFLINE = {
  forceType: 'forced',
  forcedAt: null,
  weight: DEFAULT_WEIGHT,
  maintenanceWindow: null,
  externalRef: null,
  confirmation: 'none',
  offline: true,
  autoClose: false,
} as const;
