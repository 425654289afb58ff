import { afterAll, expect } from 'vitest';
import { createEnrollmentGroup } from '../../src/services/devices/enrollment/create.ts';
import type { Device } from '../../src/services/devices/polling/device.ts';
import { type DevicePlatform, openDevices, poll } from '../../src/services/devices/polling/poll.ts';
import type { DeviceCredentials } from '../../src/services/devices/sign-in/credentials.ts';
import { newTenant, openTestPlatform } from './platform.ts';

export const REFUSED = { code: 'UNAUTHENTICATED' };

/** Two processes of the server whose clock is set by the test, until the file's tests are done. */
export async function openTwoProcesses() {
  let now = new Date('2030-01-01T00:00:00Z');
  const one = await openTestPlatform();
  const other = await openTestPlatform();
  const clock = () => now;
  const here = openDevices({ ...one.platform, clock }, 20_000, console.error);
  const there = openDevices({ ...other.platform, clock }, 20_000, console.error);
  afterAll(async () => {
    for (const { pollTimes } of [here, there]) await pollTimes.close();
    for (const { close } of [one, other]) await close();
  });

  /** A tenant of the test's own, with what its devices and its administrator do. */
  async function openTenant() {
    const tenant = await newTenant(here);
    const context = tenant.contextOf();
    const ask = async (
      controllerId: string,
      credentials: DeviceCredentials,
      platform: DevicePlatform = here,
    ) =>
      (await poll(platform, {
        tenantName: tenant.name,
        controllerId,
        credentials,
        address: 'http://10.0.0.1',
      })) as Device;
    return {
      tenant,
      context,
      ask,
      refused: (controllerId: string, credentials: DeviceCredentials, platform?: DevicePlatform) =>
        expect(ask(controllerId, credentials, platform)).rejects.toMatchObject(REFUSED),
      /** A group, with a token of it as devices show it. */
      async newGroup(input: Partial<Parameters<typeof createEnrollmentGroup>[1]> = {}) {
        const { group, token } = await createEnrollmentGroup(context, { name: 'factory', ...input });
        return { group, token, shown: { gatewayToken: token } };
      },
    };
  }

  return {
    here,
    there,
    openTenant,
    now: () => now,
    in: (seconds: number) => new Date(now.getTime() + seconds * 1000),
    wait(seconds: number) {
      now = new Date(now.getTime() + seconds * 1000);
    },
  };
}
