import { mkdir, readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { startTestServer } from '../support/server.ts';
import { type Deployed, openWorkshop } from './ddi/support.ts';

/* What became of contents behind the server's back. */

const server = await startTestServer();
afterAll(() => server.stop());
const workshop = await openWorkshop(server);
await mkdir(server.artifacts, { recursive: true });

const NAME = 'file.bin';

let count = 0;
let content: string;
let device: Deployed;
/** Of the Management API. */
let url: string;
/** Where the store has it. */
let stored: string;
beforeEach(async () => {
  content = `the content ${++count}`;
  const before = await filesOfStore();
  device = await workshop.deploy({ [NAME]: content });
  stored = (await filesOfStore()).find((file) => !before.includes(file))!;
  const path = `/rest/v1/softwaremodules/${device.moduleId}/artifacts`;
  url = `${path}/${(await workshop.admin(path)).json[0].id}/download`;
  server.errors.splice(0);
});

const filesOfStore = async () => {
  const entries = await readdir(server.artifacts, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
};
const ask = (range?: string) => {
  const headers: Record<string, string> = range ? { range } : {};
  return Promise.all([
    workshop.admin(url, { headers }),
    device.ask(`/softwaremodules/${device.moduleId}/artifacts/${NAME}`, { headers }),
  ]);
};

it('a content that is lost is told to be gone, at every door, with one line in the log', async () => {
  await rm(stored);
  for (const range of [undefined, 'bytes=1-2', 'bytes=1-2,4-5'])
    for (const { status, json, headers } of await ask(range)) {
      expect([status, json.errorCode]).toEqual([410, 'hawkbit.server.error.artifact.binaryDeleted']);
      expect(headers.get('content-disposition')).toBeNull();
      expect(headers.get('content-range')).toBeNull();
    }
  expect(await device.entries()).not.toContain('download');
  expect(server.errors).toHaveLength(1);
  expect(server.errors[0]).toMatch(/the content [^ ]+ is lost from the store/);
});

it.each([
  ['removed', () => rm(stored)],
  ['cut short', () => truncate(stored, 3)],
])('a content that was %s is there for all its artifacts once it is uploaded again', async (_how, lose) => {
  await lose();
  await workshop.deploy({ [NAME]: content });
  for (const { status, text } of await ask()) expect([status, text]).toEqual([200, content]);
  // What is there is not kept twice.
  const before = await filesOfStore();
  await workshop.deploy({ [NAME]: content });
  expect(await filesOfStore()).toEqual(before);
});
