import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { cancelActions } from '../../../src/services/deployments/actions/cancel.ts';
import { authenticateDevice } from '../../../src/services/devices/polling/poll.ts';
import { findDeployment } from '../../../src/services/devices/updates/deployment.ts';
import { openOwnArtifact } from '../../../src/services/devices/updates/downloads.ts';
import { deleteArtifact } from '../../../src/services/software/artifacts/delete.ts';
import { uploadArtifact } from '../../../src/services/software/artifacts/upload.ts';
import { removeModules } from '../../../src/services/software/distribution-sets/assign-modules.ts';
import { updateDistributionSet } from '../../../src/services/software/distribution-sets/update.ts';
import { setModuleMetadata } from '../../../src/services/software/software-module-metadata/set.ts';
import { updateSoftwareModule } from '../../../src/services/software/software-modules/update.ts';
import { assign, createSet } from '../deployments/assignments/support.ts';
import { type Fleet, newFleet, openDeviceProcess } from './support.ts';

/* Files that a process remembers. Processes share the database, and here not the store. */

const here = await openDeviceProcess();
const there = await openDeviceProcess();
afterAll(() => Promise.all([here.close(), there.close()]));

let fleet: Fleet;
let moduleId: number;
let setId: number;
let artifactId: number;
let actionIds: number[];
beforeEach(async () => {
  fleet = await newFleet(here.devices, 'a', 'b');
  setId = await createSet(fleet.context, 'set');
  moduleId = await firstModuleOf(setId);
  artifactId = await upload('first');
  actionIds = await assign(fleet.context, setId, ['a', 'b']);
});

const firstModuleOf = async (id: number) => {
  const tenant = await here.devices.tenants.byId(fleet.context.caller.tenantId);
  return (await here.devices.sets.read(tenant, id))[0]!.moduleId;
};
const upload = async (content: string) => {
  const details = async () => ({ filename: 'file' });
  const made = await uploadArtifact(fleet.context, {
    moduleId,
    content: Readable.from([Buffer.from(content)]),
    details,
  });
  return made.id;
};
const signIn = ({ devices }: typeof here, controllerId: string) =>
  authenticateDevice(devices, {
    tenantName: fleet.context.caller.tenantName,
    controllerId,
    credentials: { targetToken: 'token' },
    address: 'http://192.0.2.1',
  });
const open = async (by: typeof here, controllerId: string) =>
  (await openOwnArtifact(by.devices, await signIn(by, controllerId), { moduleId, filename: 'file' }))
    .download;
const contentOf = async (by: typeof here, controllerId: string) => {
  const download = await open(by, controllerId);
  if (download.url !== null) throw new Error('it lives elsewhere');
  const content = await download.read();
  return String(content instanceof Readable ? await buffer(content) : content);
};
const shaAt = async (by: typeof here) => (await open(by, 'a').catch(({ code }) => ({ sha256: code }))).sha256;

it('a file that one device has opened is found by the next without a statement', async () => {
  expect(await contentOf(here, 'a')).toBe('first');
  await signIn(here, 'b');
  await signIn(here, 'b');
  const before = here.statements();
  const reads = vi.spyOn(here.devices.storage.store, 'read');
  expect(await contentOf(here, 'b')).toBe('first');
  expect([here.statements() - before, reads.mock.calls.length]).toEqual([0, 0]);
});

const unlock = async () => {
  await updateDistributionSet(fleet.context, { id: setId, locked: false });
  await updateSoftwareModule(fleet.context, { id: moduleId, locked: false });
};
const remove = async () => {
  await unlock();
  await deleteArtifact(fleet.context, { moduleId, id: artifactId });
};

it.each<[string, () => Promise<unknown>, string | RegExp]>([
  ['was deleted', remove, 'ARTIFACT_NOT_FOUND'],
  [
    'was replaced',
    async () => {
      await remove();
      await upload('second');
    },
    /^16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4$/,
  ],
  [
    'is of a module that the set lost',
    async () => {
      await unlock();
      await removeModules(fleet.context, { id: setId, moduleIds: [moduleId] });
    },
    'SOFTWARE_MODULE_NOT_FOUND',
  ],
  [
    'is of an action that is to stop',
    () => cancelActions(fleet.context, { actionIds: [actionIds[0]!] }),
    'SOFTWARE_MODULE_NOT_FOUND',
  ],
])('no process gives out a file that %s', async (_, change, expected) => {
  for (const by of [here, there]) expect(await shaAt(by)).toMatch(/^a7937b64/);
  await change();
  expect(await shaAt(here)).toMatch(expected);
  await vi.waitFor(async () => expect(await shaAt(there)).toMatch(expected));
});

it('what devices are told of a set is as new in every process', async () => {
  const metadataAt = async (by: typeof here) => {
    const asked = { resource: 'deploymentBase', actionId: actionIds[0]!, messages: 0 } as const;
    const { chunks } = await findDeployment(by.devices, await signIn(by, 'a'), asked);
    return chunks.flatMap(({ metadata }) => metadata);
  };
  for (const by of [here, there]) expect(await metadataAt(by)).toEqual([]);
  const entry = { key: 'k', value: 'v' };
  await unlock();
  await setModuleMetadata(fleet.context, { id: moduleId, entries: [{ ...entry, targetVisible: true }] });
  expect(await metadataAt(here)).toEqual([entry]);
  await vi.waitFor(async () => expect(await metadataAt(there)).toEqual([entry]));
});
