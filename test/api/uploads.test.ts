import { hash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createArtifactUpload } from '../../src/services/software/artifacts/create-upload.ts';
import { takeUpload } from '../../src/services/software/artifacts/take-upload.ts';
import { createSoftwareModules } from '../../src/services/software/software-modules/create.ts';
import { grantsOf } from '../support/grants.ts';
import { newTenant, openTestPlatform } from '../support/platform.ts';
import {
  basic,
  type Client,
  clientOf,
  createServedTenant,
  graphql,
  type ServedTenant,
  startTestServer,
} from '../support/server.ts';

import { cpioOf, raucOf } from '../support/updates.ts';

const server = await startTestServer();
const other = await startTestServer({ MUSTER_ARTIFACTS: server.artifacts });
afterAll(async () => {
  await other.stop();
  await server.stop();
  expect(server.errors.concat(other.errors)).toEqual([]);
});

let tenant: ServedTenant;
let moduleId: string;
let moduleNumber: number;
beforeEach(async () => {
  tenant = await createServedTenant(server);
  ({ id: moduleId, number: moduleNumber } = await createModule());
});

async function createModule(description?: string): Promise<{ id: string; number: number }> {
  const { createSoftwareModules } = await graphql(
    tenant.admin,
    `mutation ($d: String) { createSoftwareModules(input: { softwareModules: [
      { type: { key: "os" }, name: "firmware", version: "1", description: $d }] }) { softwareModules { id number } } }`,
    { d: description },
  );
  return createSoftwareModules.softwareModules[0];
}

/** What a mutation hands out; its faults are thrown. */
async function handOut(more: object = {}, as: Client = tenant.admin): Promise<string> {
  const { createArtifactUpload } = await graphql(
    as,
    'mutation ($input: CreateArtifactUploadInput!) { createArtifactUpload(input: $input) { upload { url expiresAt } userErrors { code } } }',
    { input: { moduleId, filename: 'file.bin', ...more } },
  );
  if (!createArtifactUpload.upload) throw new Error(createArtifactUpload.userErrors[0].code);
  return createArtifactUpload.upload.url;
}

const anybody = clientOf(server);
const put = (url: string, body = 'content') => anybody(url, { method: 'PUT', body });
const artifactsOf = async () => {
  const { softwareModule } = await graphql(
    tenant.admin,
    'query ($id: ID!) { softwareModule(id: $id) { artifacts { filename size sha256 downloadUrl } } }',
    { id: moduleId },
  );
  return softwareModule.artifacts;
};
const kept = async () => {
  const entries = await readdir(server.artifacts, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? join(entry.parentPath, entry.name) : []));
};

it('reads what an update tells about itself, and takes one that it cannot read', async () => {
  const { admin } = tenant;
  const upload = async (filename: string, content: Uint8Array) => {
    await anybody(await handOut({ filename }), { method: 'PUT', body: content });
    const { softwareModule } = await graphql(
      admin,
      `query ($id: ID!) { softwareModule(id: $id) { artifacts { filename
        contentInfo { format version description hardwareCompatibility problem } } } }`,
      { id: moduleId },
    );
    return softwareModule.artifacts.find((one: { filename: string }) => one.filename === filename)
      .contentInfo;
  };
  const description = 'software = { version = "3"; hardware-compatibility = [ "1.0" ]; };';
  const told = {
    format: 'SWU',
    version: '3',
    description: null,
    hardwareCompatibility: ['1.0'],
    problem: null,
  };
  expect(await upload('a.swu', cpioOf({ 'sw-description': description }))).toEqual(told);
  expect(
    await upload('b.raucb', raucOf({ manifest: '[update]\ncompatible=Plant\nversion=4' })),
  ).toMatchObject({
    format: 'RAUC',
    version: '4',
    hardwareCompatibility: ['Plant'],
  });
  expect(await upload('c.swu', cpioOf({ 'sw-description': '{' }))).toMatchObject({
    version: null,
    problem: expect.stringContaining('it is no JSON'),
  });
  expect(await upload('d.bin', Buffer.from('hello'))).toBeNull();
});

describe('what createArtifactUpload hands out', () => {
  it('takes a file from whoever has it, once', async () => {
    const url = await handOut({ sha256: hash('sha256', 'content').toUpperCase() });
    const { status, json } = await put(url);
    expect([status, json]).toEqual([
      201,
      {
        id: expect.any(Number),
        moduleId: moduleNumber,
        filename: 'file.bin',
        size: 7,
        md5: hash('md5', 'content'),
        sha1: hash('sha1', 'content'),
        sha256: hash('sha256', 'content'),
        createdAt: expect.any(Number),
        createdBy: 'boss',
      },
    ]);
    const [artifact] = await artifactsOf();
    expect(artifact).toMatchObject({ filename: 'file.bin', size: 7 });
    expect((await tenant.admin(artifact.downloadUrl)).text).toBe('content');
    const again = await put(url);
    expect(again.status).toBe(404);
    expect(again.json.message).toBe('This upload is unknown, was used already, or has expired.');
  });

  it('works in any process, for one of those who come at the same time', async () => {
    const url = await handOut();
    const there = url.replace(server.url, other.url);
    const answers = await Promise.all([put(url), put(there), put(url), put(there)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 404, 404, 404]);
    expect(await artifactsOf()).toHaveLength(1);
  });

  it('takes no other file than was announced, and leaves nothing of one', async () => {
    const before = await kept();
    const url = await handOut({ md5: '0'.repeat(32) });
    const { status, json } = await put(url);
    expect([status, json.errorCode]).toEqual([
      400,
      'hawkbit.server.error.artifact.uploadFailed.checksum.md5.match',
    ]);
    expect((await put(await handOut(), '')).status, 'an empty one').toBe(400);
    expect(await artifactsOf()).toEqual([]);
    expect(await kept()).toEqual(before);
  });

  it('leaves nothing of a file that breaks off', async () => {
    const before = await kept();
    const { hostname, port, pathname } = new URL(await handOut());
    const socket = connect(Number(port), hostname);
    socket.write(
      `PUT ${pathname} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(1_000)}`,
    );
    await expect.poll(kept).not.toEqual(before);
    socket.destroy();
    await expect.poll(kept).toEqual(before);
    expect(await artifactsOf()).toEqual([]);
  });

  it.each(['nonsense', `1-1-${'x'.repeat(43)}`, '%00'])('is no guess as %s', async (token) => {
    expect((await put(`${server.url}/uploads/${token}`)).status).toBe(token === '%00' ? 400 : 404);
  });

  it("is nobody else's to guess: by another secret it takes nothing, and is not used up", async () => {
    const url = await handOut();
    const last = url.at(-1) === 'x' ? 'y' : 'x';
    expect((await put(url.slice(0, -1) + last)).status).toBe(404);
    expect((await put(url)).status).toBe(201);
  });

  it('is sent by PUT, as it is', async () => {
    const url = await handOut();
    expect((await anybody(url)).status).toBe(405);
    const packed = await anybody(url, { method: 'PUT', body: 'x', headers: { 'content-encoding': 'gzip' } });
    expect(packed.status).toBe(415);
    expect((await put(url)).status, 'which used nothing up').toBe(201);
  });
});

describe('whoever handed it out', () => {
  let makerId: string;
  const setPermissions = (permissions: string[]) =>
    graphql(
      tenant.admin,
      'mutation ($id: ID!, $grants: [GrantInput!]) { updateUser(input: { id: $id, grants: $grants }) { userErrors { message } } }',
      { id: makerId, grants: grantsOf(...permissions) },
    );
  const makeUser = async (permissions: string[]) => {
    const { createUser } = await graphql(
      tenant.admin,
      'mutation ($grants: [GrantInput!]!) { createUser(input: { username: "maker", password: "a-quiet-secret", grants: $grants }) { user { id } } }',
      { grants: grantsOf(...permissions) },
    );
    makerId = createUser.user.id;
    return clientOf(server, basic(`${tenant.name}\\maker`, 'a-quiet-secret'));
  };

  it('must still have the permission', async () => {
    const maker = await makeUser(['CREATE_SOFTWARE_MODULE']);
    const url = await handOut({}, maker);
    await setPermissions(['READ_SOFTWARE_MODULE']);
    const { status, json } = await put(url);
    expect([status, json.errorCode]).toEqual([403, 'hawkbit.server.error.insufficientPermission']);
  });

  it('must still reach the module', async () => {
    const maker = await makeUser(['CREATE_SOFTWARE_MODULE/name==firmware']);
    const [stays, goes] = [await handOut({}, maker), await handOut({ filename: 'other' }, maker)];
    expect((await put(stays)).status).toBe(201);
    await setPermissions(['CREATE_SOFTWARE_MODULE/name==other']);
    expect((await put(goes)).status).toBe(404);
    await expect(handOut({ filename: 'third' }, maker)).rejects.toThrow('SOFTWARE_MODULE_NOT_FOUND');
  });

  it('must still be there, be it an account or an API key', async () => {
    const maker = await makeUser(['CREATE_SOFTWARE_MODULE']);
    const url = await handOut({}, maker);
    const { createApiKey } = await graphql(
      tenant.admin,
      'mutation { createApiKey(input: { name: "ci", grants: { permission: CREATE_SOFTWARE_MODULE } }) { key apiKey { id } } }',
    );
    const ci = clientOf(server, `Bearer ${createApiKey.key}`);
    const byKey = [await handOut({ filename: 'a' }, ci), await handOut({ filename: 'b' }, ci)];
    expect((await put(byKey[0]!)).status).toBe(201);
    await graphql(
      tenant.admin,
      'mutation ($id: ID!) { deleteApiKey(input: { id: $id }) { userErrors { code } } }',
      {
        id: createApiKey.apiKey.id,
      },
    );
    await graphql(
      tenant.admin,
      'mutation ($id: ID!) { deleteUser(input: { id: $id }) { userErrors { code } } }',
      { id: makerId },
    );
    for (const used of [url, byKey[1]!]) expect((await put(used)).status).toBe(404);
  });
});

it('ends after a quarter of an hour, or with the token by which somebody signed in', async () => {
  const { platform, close } = await openTestPlatform();
  const { contextOf } = await newTenant(platform);
  const context = contextOf();
  const { created } = await createSoftwareModules(context, {
    softwareModules: [{ type: 'os', name: 'a', version: '1' }],
  });
  const now = Date.now();
  const at = (ms: number) => ({ ...platform, clock: () => new Date(now + ms) });
  const prepare = (who: object, filename: string) =>
    createArtifactUpload({ ...context, ...at(0), ...who }, { moduleId: created[0]!.id, filename });
  const take = ({ token }: { token: string }, ms: number) =>
    takeUpload(
      at(ms),
      context.origin,
      token,
      (async function* () {
        yield Buffer.from('x');
      })(),
    );
  const refused = { code: 'ARTIFACT_UPLOAD_NOT_FOUND' };
  const token = { ...context.caller, kind: 'TOKEN' } as const;
  for (const [caller, lives] of [
    [token, 900_000],
    [{ ...token, until: new Date(now + 1_000) }, 1_000],
  ] as const) {
    const [early, late] = [
      await prepare({ caller }, `early ${lives}`),
      await prepare({ caller }, `${lives}`),
    ];
    expect((await take(early, lives - 1)).filename).toBe(`early ${lives}`);
    await expect(take(late, lives)).rejects.toMatchObject(refused);
  }
  await close();
});
