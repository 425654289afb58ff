import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idOf } from '../support/ids.ts';
import {
  type Client,
  clientOf,
  createServedTenant,
  graphql,
  startTestServer,
  type TestServer,
} from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
afterEach(() => expect(server.errors).toEqual([]));

const MD5 = 'a'.repeat(32);
const SHA1 = 'b'.repeat(40);
const SHA256 = 'c'.repeat(64);
const URL_ELSEWHERE = 'https://files.example.com/fw.bin?key=1';

let tenantName: string;
let ask: Client;
let moduleId: number;
const post = async (path: string, json: unknown) =>
  (await ask(`/rest/v1/${path}`, { method: 'POST', json })).json;
beforeEach(async () => {
  const tenant = await createServedTenant(server);
  [ask, tenantName] = [tenant.admin, tenant.name];
  [{ id: moduleId }] = await post('softwaremodules', [{ name: 'm', version: '1', type: 'os' }]);
});

const CREATE = `mutation ($input: CreateExternalArtifactInput!) { createExternalArtifact(input: $input) {
  artifact { id number filename size md5 sha1 sha256 externalUrl downloadUrl contentInfo { version } }
  userErrors { code message path } } }`;
const add = async (more: object = {}) => {
  const input = {
    moduleId: idOf('SoftwareModule', moduleId),
    filename: 'fw.bin',
    url: URL_ELSEWHERE,
    size: 5_000_000_000,
    sha256: SHA256,
    ...more,
  };
  return (await graphql(ask, CREATE, { input })).createExternalArtifact;
};
const HASHES = { md5: MD5, sha1: SHA1 };

/** A device that is to have the module. */
async function deploy() {
  const [{ id }] = await post('distributionsets', [
    { name: 's', version: '1', type: 'os', modules: [{ id: moduleId }] },
  ]);
  const [target] = await post('targets', [{ controllerId: 'd', name: 'd' }]);
  const { assignedActions } = await post('targets/d/assignedDS', { id });
  const device = clientOf(server, `TargetToken ${target.securityToken}`);
  const base = `/${tenantName}/controller/v1/d`;
  const { json } = await device(`${base}/deploymentBase/${assignedActions[0].id}`);
  const history = async () =>
    (await ask(`/rest/v1/targets/d/actions/${assignedActions[0].id}/status?sort=id:ASC`)).json.content.map(
      ({ type }: { type: string }) => type,
    );
  return { base, device, history, artifacts: json.deployment.chunks[0].artifacts };
}

describe('a file that lives elsewhere', () => {
  it('is shown with its address and what was said of it', async () => {
    const { artifact, userErrors } = await add(HASHES);
    expect(userErrors).toEqual([]);
    const { id: _, number, ...shown } = artifact;
    expect(shown).toEqual({
      filename: 'fw.bin',
      size: 5_000_000_000,
      ...HASHES,
      sha256: SHA256,
      externalUrl: URL_ELSEWHERE,
      downloadUrl: URL_ELSEWHERE,
      contentInfo: null,
    });
    const path = `/rest/v1/softwaremodules/${moduleId}/artifacts/${number}`;
    const { json } = await ask(path);
    expect(json).toMatchObject({
      providedFilename: 'fw.bin',
      size: 5_000_000_000,
      hashes: { ...HASHES, sha256: SHA256 },
      _links: { download: { href: `${server.url}${path}/download` } },
    });
    expect(Object.keys(json).sort()).toEqual(
      ['_links', 'createdAt', 'createdBy', 'hashes', 'id', 'lastModifiedAt', 'lastModifiedBy']
        .concat('providedFilename', 'size')
        .sort(),
    );
    const download = await ask(`${path}/download`);
    expect([download.status, download.headers.get('location')]).toEqual([302, URL_ELSEWHERE]);
  });

  it('is fetched by devices where it lives', async () => {
    await add(HASHES);
    const { base, device, artifacts, history } = await deploy();
    const sum = `${server.url}${base}/softwaremodules/${moduleId}/artifacts/fw.bin.MD5SUM`;
    expect(artifacts).toEqual([
      {
        filename: 'fw.bin',
        hashes: { sha1: SHA1, md5: MD5, sha256: SHA256 },
        size: 5_000_000_000,
        _links: {
          download: { href: URL_ELSEWHERE },
          'download-http': { href: URL_ELSEWHERE },
          'md5sum-http': { href: sum },
        },
      },
    ]);
    expect((await device(sum)).text).toBe(`${MD5}  fw.bin`);
    const file = await device(sum.replace('.MD5SUM', ''));
    expect([file.status, file.headers.get('location')]).toEqual([302, URL_ELSEWHERE]);
    expect(await history()).toEqual(['running', 'retrieved', 'download']);
  });

  it('has no link that says it is encrypted where it is not, and no sum that nobody knows', async () => {
    const url = 'http://files.example.com/fw.bin';
    const { artifact } = await add({ url });
    expect(artifact).toMatchObject({ md5: null, sha1: null });
    const { base, device, artifacts } = await deploy();
    expect(artifacts).toEqual([
      {
        filename: 'fw.bin',
        hashes: { sha256: SHA256 },
        size: 5_000_000_000,
        _links: { 'download-http': { href: url } },
      },
    ]);
    const path = `${base}/softwaremodules/${moduleId}/artifacts`;
    expect((await device(`${path}/fw.bin.MD5SUM`)).status).toBe(404);
    expect((await device(path)).json).toEqual(artifacts);
    const listed = await ask(`/rest/v1/softwaremodules/${moduleId}/artifacts`);
    expect(listed.json[0].hashes).toEqual({ sha256: SHA256 });
  });

  it('is deleted alone and with its module, beside one of the same content in the store', async () => {
    const body = new FormData();
    body.append('file', new Blob(['x']), 'x.bin');
    const path = `/rest/v1/softwaremodules/${moduleId}/artifacts`;
    const stored = (await ask(path, { method: 'POST', body })).json;
    const { artifact } = await add({ sha256: stored.hashes.sha256, size: 1 });
    expect((await ask(`${path}/${artifact.number}`, { method: 'DELETE' })).status).toBe(204);
    expect((await ask(`${path}/${stored.id}/download`)).text).toBe('x');
    await add();
    expect((await ask(`/rest/v1/softwaremodules/${moduleId}`, { method: 'DELETE' })).status).toBe(204);
    expect((await ask(path)).status).toBe(404);
  });

  it('is in the audit trail with its address', async () => {
    await add();
    const { auditEvents } = await graphql(
      ask,
      '{ auditEvents(filter: "type==artifact.created") { nodes { subjects changes } } }',
    );
    expect(auditEvents.nodes).toMatchObject([
      { subjects: ['fw.bin'], changes: { url: { new: URL_ELSEWHERE }, sha256: { new: SHA256 } } },
    ]);
  });

  it.each([
    [{ url: 'ftp://files.example.com/fw.bin' }, ['url']],
    [{ url: 'javascript:alert(1)' }, ['url']],
    [{ url: 'file:///etc/passwd' }, ['url']],
    [{ url: 'https:///fw.bin' }, ['url']],
    [{ url: '/fw.bin' }, ['url']],
    [{ url: 'https://user:secret@files.example.com/fw.bin' }, ['url']],
    [{ url: 'https://token@files.example.com/fw.bin' }, ['url']],
    [{ url: 'https://files.example.com/a b' }, ['url']],
    [{ url: 'https://files.example.com/ü' }, ['url']],
    [{ url: 'https://files.example.com:99999/' }, ['url']],
    [{ url: `https://files.example.com/${'x'.repeat(2_048)}` }, ['url']],
    [{ size: 0 }, ['size']],
    [{ size: -1 }, ['size']],
    [{ sha256: 'c' }, ['sha256']],
    [{ sha1: MD5 }, ['sha1']],
    [{ md5: SHA1 }, ['md5']],
    [{ filename: 'a/b' }, ['filename']],
  ])('is refused where that is no file for devices: %j', async (input, path) => {
    expect(await add(input)).toMatchObject({ artifact: null, userErrors: [{ code: 'INVALID_INPUT', path }] });
  });

  it('has a name of its own in the module, which takes 50 files and none once it is locked', async () => {
    for (let n = 0; n < 50; n++) expect((await add({ filename: `f${n}` })).userErrors).toEqual([]);
    expect(await add({ filename: 'f1' })).toMatchObject({
      userErrors: [{ code: 'ARTIFACT_ALREADY_EXISTS', path: ['filename'] }],
    });
    expect(await add()).toMatchObject({ userErrors: [{ code: 'QUOTA_EXCEEDED' }] });
    await ask(`/rest/v1/softwaremodules/${moduleId}`, { method: 'PUT', json: { locked: true } });
    expect(await add()).toMatchObject({ userErrors: [{ code: 'LOCKED' }] });
  });
});
