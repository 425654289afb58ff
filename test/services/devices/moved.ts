import { claimTarget } from '../../../src/services/fleet/claims/claim.ts';
import { createClaimCode } from '../../../src/services/fleet/claims/create-code.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import type { openTwoProcesses } from '../../support/devices.ts';

/** What the device signs in with before it changes hands. */
export const OLD = { targetToken: 'old-token' };

/** Makes a device of one tenant, which both processes remember, and what has another one take it over. */
export const movedIn =
  (world: Awaited<ReturnType<typeof openTwoProcesses>>) =>
  async (overlap = '01:00:00') => {
    const seller = await world.openTenant();
    const buyer = await world.openTenant();
    await createTargets(seller.context, { targets: [{ controllerId: 'd', securityToken: OLD.targetToken }] });
    await seller.ask('d', OLD);
    await seller.ask('d', OLD, world.there);
    const take = async () =>
      claimTarget(buyer.context, {
        ...(await createClaimCode(seller.context, { controllerId: 'd' })),
        overlap,
      });
    return { seller, buyer, take };
  };
