import { and, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { auditEvents } from '../../../src/database/tables/audit.ts';
import { type DevicePlatform, poll } from '../../../src/services/devices/polling/poll.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { findTarget } from '../../../src/services/fleet/targets/find.ts';
import { updateTarget } from '../../../src/services/fleet/targets/update.ts';
import { setConfiguration } from '../../../src/services/platform/tenants/set-configuration.ts';
import { openTwoProcesses } from '../../support/devices.ts';
import { statementsDuring } from '../../support/statement.ts';

const world = await openTwoProcesses();
const INTERVAL = 300;
const TOKEN = { targetToken: 't' };

/** A target `a` that polls every five minutes, and what is told of it. */
async function openTarget() {
  const { context, tenant } = await world.openTenant();
  await setConfiguration(context, {
    pollingTime: '00:05:00',
    'authentication.gatewaytoken.enabled': true,
    'authentication.gatewaytoken.key': 'g',
  });
  await createTargets(context, { targets: [{ controllerId: 'a', securityToken: 't' }] });
  const pollFrom = (address: string, credentials: object, process: DevicePlatform) =>
    poll(process, {
      tenantName: tenant.name,
      controllerId: 'a',
      credentials,
      address: `http://10.0.0.${address}`,
    });
  /** A poll, which is written a second later at the latest. */
  const ask = async (address: string, { credentials = TOKEN as object, process = world.here } = {}) => {
    await pollFrom(address, credentials, process);
    await process.pollTimes.flush();
  };
  const pollTwice = async (...addresses: string[]) => {
    for (const address of addresses) await pollFrom(address, TOKEN, world.here);
    await world.here.pollTimes.flush();
  };
  const told = () =>
    context.database
      .select({ changes: auditEvents.changes })
      .from(auditEvents)
      .where(
        and(
          eq(auditEvents.tenantId, context.caller.tenantId),
          eq(auditEvents.type, 'target.sharing-suspected'),
        ),
      );
  let changed = 0;
  const suspectedAt = async () => (await findTarget(context, 'a')).sharingSuspectedAt;
  await ask('1');
  /** As after a restart. */
  const forget = () => updateTarget(context, { controllerId: 'a', description: String(++changed) });
  return { ask, pollTwice, told, suspectedAt, forget };
}

it('suspects two devices that keep to the interval from two addresses', async () => {
  const { ask, told, suspectedAt } = await openTarget();
  for (let n = 0; n < 4; n++) {
    await ask('1');
    world.wait(100);
    await ask('2');
    world.wait(INTERVAL - 100);
  }
  await world.here.twins.settled();
  expect(await suspectedAt()).toEqual(expect.any(Date));
  expect(await told()).toEqual([
    {
      changes: {
        addresses: { new: ['http://10.0.0.2', 'http://10.0.0.1'] },
        credentials: { new: ['TARGET_TOKEN', 'TARGET_TOKEN'] },
      },
    },
  ]);
  for (let n = 0; n < 4; n++) {
    await ask('1');
    world.wait(100);
    await ask('2');
    world.wait(INTERVAL - 100);
  }
  await world.here.twins.settled();
  expect(await told(), 'once a day').toHaveLength(1);
  world.wait(86_400);
  for (let n = 0; n < 4; n++) {
    await ask('1');
    world.wait(100);
    await ask('2');
    world.wait(INTERVAL - 100);
  }
  await world.here.twins.settled();
  expect(await told()).toHaveLength(2);
});

it('suspects two that sign in with different credentials, however soon', async () => {
  const { ask, told } = await openTarget();
  for (let n = 0; n < 4; n++) {
    await ask('1');
    world.wait(20);
    await ask('1', { credentials: { gatewayToken: 'g' } });
    world.wait(20);
  }
  await world.here.twins.settled();
  expect(await told()).toHaveLength(1);
});

describe('behind a load balancer', () => {
  const { here, there } = world;
  const settled = () => Promise.all([here.twins.settled(), there.twins.settled()]);

  it('suspects two of which each always reaches a process of its own', async () => {
    const { ask, told } = await openTarget();
    for (let n = 0; n < 5; n++) {
      await ask('1');
      world.wait(100);
      await ask('2', { process: there });
      world.wait(INTERVAL - 100);
    }
    await settled();
    expect(await told()).toHaveLength(1);
  });

  it('suspects two whose polls reach any process', async () => {
    const { ask, told } = await openTarget();
    for (const [first, second] of [
      [here, there],
      [here, here],
      [there, there],
      [there, here],
      [here, there],
    ] as const) {
      await ask('1', { process: first });
      world.wait(100);
      await ask('2', { process: second });
      world.wait(INTERVAL - 100);
    }
    await settled();
    expect(await told()).toHaveLength(1);
  });

  it('does not suspect one device whose address and process alternate', async () => {
    const { ask, told } = await openTarget();
    for (let n = 0; n < 20; n++) {
      await ask(String(n % 2), { process: n % 2 ? here : there });
      world.wait(INTERVAL);
    }
    await settled();
    expect(await told()).toEqual([]);
  });
});

it('suspects two of which nothing is remembered between their polls', async () => {
  const { ask, told, forget } = await openTarget();
  for (let n = 0; n < 4; n++) {
    await forget();
    await ask('1');
    world.wait(100);
    await forget();
    await ask('2');
    world.wait(INTERVAL - 100);
  }
  await world.here.twins.settled();
  expect(await told()).toHaveLength(1);
});

it('suspects two that poll in the same second', async () => {
  const { pollTwice, told } = await openTarget();
  for (let n = 0; n < 4; n++) {
    await pollTwice('1', '2');
    world.wait(INTERVAL);
  }
  await world.here.twins.settled();
  expect(await told()).toHaveLength(1);
});

it('writes the side of a poll only where it is another than that before', async () => {
  const { ask } = await openTarget();
  const writes = async (address: string) =>
    (await statementsDuring(() => ask(address))).filter(({ text }) => text.includes('SET side')).length;
  expect([await writes('1'), await writes('1'), await writes('2'), await writes('2')]).toEqual([1, 0, 1, 0]);
});

const ONE_DEVICE: [string, (ask: (address: string) => Promise<unknown>) => Promise<void>][] = [
  [
    'whose address alternates at each poll',
    async (ask) => {
      for (let n = 0; n < 20; n++) {
        await ask(String(n % 2));
        world.wait(INTERVAL);
      }
    },
  ],
  [
    'whose address is new at each poll',
    async (ask) => {
      for (let n = 0; n < 20; n++) {
        await ask(String(n));
        world.wait(INTERVAL / 2);
      }
    },
  ],
  [
    'that roams to another network and back now and then',
    async (ask) => {
      for (let n = 0; n < 30; n++) {
        await ask(n % 10 < 5 ? '1' : '2');
        world.wait(INTERVAL);
      }
    },
  ],
  [
    'that asks in a burst over two lines',
    async (ask) => {
      for (let n = 0; n < 20; n++) {
        await ask(String(n % 2));
        world.wait(5);
      }
    },
  ],
];
it.each(ONE_DEVICE)('does not suspect one device %s', async (_what, act) => {
  const { ask, told, suspectedAt } = await openTarget();
  await act(ask);
  await world.here.twins.settled();
  expect(await suspectedAt()).toBeNull();
  expect(await told()).toEqual([]);
});
