import { asDevice } from '../../../src/services/devices/device-context.ts';
import { findOwnAction, type OwnAction } from '../../../src/services/devices/own-action.ts';
import type { Device, PollAnswer } from '../../../src/services/devices/polling/device.ts';
import { type DevicePlatform, openDevices, poll } from '../../../src/services/devices/polling/poll.ts';
import type { Report } from '../../../src/services/devices/reports/report.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import type { ActorContext, Context } from '../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../support/platform.ts';

/** A process with a device cache, whose clock a test may set and whose statements it may count. */
export async function openDeviceProcess() {
  const { platform, client, close } = await openTestPlatform();
  let time: Date | undefined;
  let statements = 0;
  for (const name of ['unsafe', 'begin'] as const) {
    const send = client[name] as (...call: unknown[]) => unknown;
    const counted = (...call: unknown[]) => {
      statements++;
      return send(...call);
    };
    Object.assign(client, { [name]: counted });
  }
  const set = { ...platform, clock: () => time ?? new Date() };
  const devices = openDevices(set, 1_000, console.error);
  return {
    devices,
    /** Of a transaction only its beginning counts. */
    statements: () => statements,
    setClock(to: Date | undefined) {
      time = to;
    },
    async close() {
      await devices.pollTimes.close();
      await close();
    },
  };
}

export interface Fleet {
  context: Context;
  /** A poll by the device's own token: a promise unless all is in memory. */
  ask(controllerId: string, platform?: DevicePlatform): PollAnswer | Promise<PollAnswer>;
  /** What a poll would be answered from if nothing were remembered. */
  stored(controllerId: string): Promise<Device>;
  acting(controllerId: string): Promise<ActorContext>;
}

/** A tenant with targets of these names. */
export async function newFleet(platform: DevicePlatform, ...controllerIds: string[]): Promise<Fleet> {
  const tenant = await newTenant(platform);
  const context = { ...tenant.contextOf(), clock: platform.clock };
  const securityToken = 'token';
  await createTargets(context, {
    targets: controllerIds.map((controllerId) => ({ controllerId, securityToken, requestAttributes: false })),
  });
  return {
    context,
    ask: (controllerId, at = platform) =>
      poll(at, {
        tenantName: tenant.name,
        controllerId,
        credentials: { targetToken: securityToken },
        address: 'http://10.0.0.1',
      }),
    stored: async (controllerId) => {
      const device = await platform.devices.read(await platform.tenants.byId(tenant.tenantId), controllerId);
      if (!device) throw new Error(`${controllerId} is not there`);
      return device;
    },
    acting: async (controllerId) =>
      asDevice(platform, await platform.tenants.byId(tenant.tenantId), controllerId, {
        address: 'http://10.0.0.1',
      }),
  };
}

/** An action as the device meets it that asks for it. */
export const ownAction = async (fleet: Fleet, controllerId: string, id: number): Promise<OwnAction> =>
  findOwnAction(fleet.context, await fleet.stored(controllerId), id);

/** A report of a device, of success unless told otherwise. */
export const report = (fields: Partial<Report> = {}): Report => ({
  execution: 'closed',
  result: 'success',
  details: [],
  ...fields,
});
