import { readdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as folders from '../../src/storage/folder.ts';
import { newFolder } from '../support/folder.ts';
import { idOf } from '../support/ids.ts';
import {
  type Answer,
  basic,
  clientOf,
  createServedTenant,
  graphql,
  type ServedTenant,
  startTestServer,
} from '../support/server.ts';

/* Uploads that the store can't take, and those that break off. */

/** What the store does; writes that came to an end are counted. */
const store = { problem: undefined as string | undefined, ended: 0 };
const { folderStore } = folders;
const opening = vi.spyOn(folders, 'folderStore').mockImplementation((folder) => {
  const real = folderStore(folder);
  return {
    ...real,
    async write(location, content) {
      try {
        if (!store.problem) return await real.write(location, content);
        for await (const _ of content) break;
        const { problem: code } = store;
        throw Object.assign(new Error(`${code}: no such luck, write`), { code });
      } finally {
        store.ended++;
      }
    },
  };
});
afterAll(() => opening.mockRestore());

const server = await startTestServer();
afterAll(server.stop);
let tenant: ServedTenant;
let moduleId: number;
beforeAll(async () => {
  tenant = await createServedTenant(server);
  const modules = [{ name: 'firmware', version: '1', type: 'os' }];
  moduleId = (await tenant.admin('/rest/v1/softwaremodules', { method: 'POST', json: modules })).json[0].id;
});
afterEach(() => {
  store.problem = undefined;
  server.errors.length = 0;
});

async function handOut(): Promise<string> {
  const { createArtifactUpload } = await graphql(
    tenant.admin,
    'mutation ($input: CreateArtifactUploadInput!) { createArtifactUpload(input: $input) { upload { url } } }',
    { input: { moduleId: idOf('SoftwareModule', moduleId), filename: 'file.bin' } },
  );
  return createArtifactUpload.upload.url;
}

const formOf = (content: string) => {
  const body = new FormData();
  body.append('file', new Blob([content]), 'file.bin');
  return body;
};
const DOORS: [string, () => Promise<Answer>][] = [
  [
    'the Management API',
    () =>
      tenant.admin(`/rest/v1/softwaremodules/${moduleId}/artifacts`, { method: 'POST', body: formOf('x') }),
  ],
  ['a link', async () => clientOf(server)(await handOut(), { method: 'PUT', body: 'content' })],
];

describe.each(DOORS)('by %s a file', (_, upload) => {
  it.each([
    ['ENOSPC', 507],
    ['EDQUOT', 507],
    ['EROFS', 503],
    ['EACCES', 503],
    ['EIO', 503],
  ])('that the store refuses with %s is answered %i, and told in a line', async (problem, status) => {
    store.problem = problem;
    const answer = await upload();
    expect(answer).toMatchObject({
      status,
      json: { errorCode: 'hawkbit.server.error.artifact.uploadFailed' },
    });
    expect(answer.headers.get('retry-after')).toBe(status === 503 ? '30' : null);
    expect(server.errors.map((line) => JSON.parse(line))).toMatchObject([
      { msg: `an artifact cannot be stored: ${problem}: no such luck, write` },
    ]);
    expect(server.errors[0]).not.toContain('stack');
    const { json } = await tenant.admin(`/rest/v1/softwaremodules/${moduleId}/artifacts`);
    expect(json).toEqual([]);
  });
});

it('is answered 503 where the folder cannot be made', async () => {
  const file = newFolder();
  await writeFile(file, '');
  const other = await startTestServer({ MUSTER_ARTIFACTS: join(file, 'artifacts') });
  const url = (await handOut()).replace(server.url, other.url);
  expect((await clientOf(other)(url, { method: 'PUT', body: 'content' })).status).toBe(503);
  expect(other.errors).toHaveLength(1);
  await other.stop();
});

/** Sends the beginning of a request, and cuts the connection when some of it was read. */
async function breakOff(head: string, body: string, until: () => Promise<unknown>): Promise<void> {
  const { port, hostname } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.write(`${head}\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n${body}`);
  await until();
  socket.destroy();
}

describe('what breaks off', () => {
  const large = 'x'.repeat(1 << 20);
  const form = `--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n${large}`;
  const begun = () =>
    expect
      .poll(async () => (await tenant.admin('/imports?limit=1')).json[0]?.state, { timeout: 15_000 })
      .toBe('running');
  const untilStoreEnds = async () => {
    const before = store.ended;
    return () => expect.poll(() => store.ended, { timeout: 15_000 }).toBe(before + 1);
  };

  it('is no error in the log, at any door that takes files', async () => {
    const authorization = `Authorization: ${basic(`${tenant.name}\\boss`, 'a-quiet-secret')}`;
    const type = 'Content-Type: multipart/form-data; boundary=b';
    const path = `/rest/v1/softwaremodules/${moduleId}/artifacts`;
    const isNoted = () => expect.poll(arrived, { timeout: 15_000 }).toBe(true);

    let isOver = await untilStoreEnds();
    await breakOff(`POST ${path} HTTP/1.1\r\n${authorization}\r\n${type}`, form, isNoted);
    await isOver();
    isOver = await untilStoreEnds();
    const link = new URL(await handOut()).pathname;
    await breakOff(`PUT ${link} HTTP/1.1`, large, isNoted);
    await isOver();

    const rows = `controllerId\n${'row\n'.repeat(10_000)}`;
    await breakOff(`POST /imports HTTP/1.1\r\n${authorization}\r\nContent-Type: text/csv`, rows, begun);
    await expect
      .poll(async () => (await tenant.admin('/imports?limit=1')).json[0].state, { timeout: 15_000 })
      .toBe('interrupted');

    const json = `${authorization}\r\nContent-Type: application/json`;
    for (const head of [
      `POST /rest/v1/targets HTTP/1.1\r\n${json}`,
      `POST /graphql HTTP/1.1\r\n${json}`,
      `PUT /${tenant.name}/controller/v1/d/configData HTTP/1.1\r\n${json}`,
    ])
      await breakOff(head, '[', async () => tenant.admin('/rest/v1/targets?limit=1'));
    await tenant.admin('/rest/v1/targets?limit=1');
    expect(server.errors).toEqual([]);
  });

  /** Whether the store holds something of which there is no artifact yet. */
  const arrived = async () => {
    const entries = await readdir(server.artifacts, { recursive: true, withFileTypes: true });
    return entries.some((entry) => entry.isFile());
  };
});
