import { afterAll, describe, expect, it } from 'vitest';
import { type Answer, clientOf, startTestServer } from '../../support/server.ts';
import { overTls, tlsClientOf, tlsFiles } from '../../support/tls.ts';
import { type Deployed, openWorkshop } from './support.ts';

/* The links in answers to devices, link by link. */

const server = await startTestServer();
afterAll(async () => {
  await server.stop();
  expect(server.errors).toEqual([]);
});
const workshop = await openWorkshop(server);
const { tenant } = workshop;
const asDevice = clientOf(server, 'TargetToken secret');

/** Every link of an answer, by its name. */
const linksIn = (answer: Answer): [rel: string, href: string][] =>
  [...answer.text.matchAll(/"([\w-]+)":\{"href":"([^"]*)"\}/g)].map(([, rel, href]) => [rel!, href!]);

/** The answers that tell of files. */
const tellingOfFiles = ({ actionId, moduleId }: Deployed) => [
  `/deploymentBase/${actionId}`,
  `/softwaremodules/${moduleId}/artifacts`,
];

describe('the links to files', () => {
  const https = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'iot.example' };

  it('have all four names where the device came by https, all with https', async () => {
    const device = await workshop.deploy({ 'f.bin': 'content' });
    const file = `https://iot.example/${tenant}/controller/v1/${device.controllerId}/softwaremodules/${device.moduleId}/artifacts/f.bin`;
    for (const path of tellingOfFiles(device)) {
      const answer = await device.ask(path, { headers: https });
      expect(Object.fromEntries(linksIn(answer)), path).toEqual({
        download: file,
        md5sum: `${file}.MD5SUM`,
        'download-http': file,
        'md5sum-http': `${file}.MD5SUM`,
      });
    }
  });

  it('have them in the other answers, too', async () => {
    const device = await workshop.deploy({ 'f.bin': 'content' });
    await device.report({ execution: 'closed', result: { finished: 'success' } });
    const installed = await device.ask(`/installedBase/${device.actionId}`, { headers: https });
    expect(linksIn(installed)).toHaveLength(4);
    const cbor = await device.ask(`/softwaremodules/${device.moduleId}/artifacts`, {
      headers: { ...https, accept: 'application/cbor' },
    });
    for (const rel of ['download', 'md5sum', 'download-http', 'md5sum-http'])
      expect(cbor.text).toContain(rel);
  });

  it('are the two of http otherwise', async () => {
    const device = await workshop.deploy({ 'f.bin': 'content' });
    for (const path of tellingOfFiles(device)) {
      const links = linksIn(await device.ask(path));
      expect(links.map(([rel]) => rel)).toEqual(['download-http', 'md5sum-http']);
      expect(links.every(([, href]) => href.startsWith(`${server.url}/`))).toBe(true);
    }
  });

  it('have all four where the server ends TLS itself, and can be followed', async () => {
    const { files, remove } = await tlsFiles();
    const encrypted = await startTestServer({ ...files, MUSTER_TRUSTED_PROXIES: '192.0.2.1' });
    try {
      const { deploy, tenant: name } = await openWorkshop(encrypted, tlsClientOf);
      const { controllerId, actionId } = await deploy({ 'f.bin': 'content' });
      const get = (url: string) => overTls(url, { headers: { authorization: 'TargetToken secret' } });
      const base = `${encrypted.url}/${name}/controller/v1/${controllerId}`;
      const { text } = await get(`${base}/deploymentBase/${actionId}`);
      const links = linksIn({ text } as Answer);
      expect(links.map(([rel]) => rel).sort()).toEqual([
        'download',
        'download-http',
        'md5sum',
        'md5sum-http',
      ]);
      for (const [rel, href] of links)
        expect((await get(href)).text, rel).toBe(
          rel.startsWith('md5') ? '9a0364b9e99bb480dd25e1f0284c8555  f.bin' : 'content',
        );
    } finally {
      await encrypted.stop();
      remove();
    }
  });
});

describe('the tenant in links', () => {
  const spellings = [tenant.toLowerCase(), tenant.replace('T-', 't-'), tenant.toUpperCase()];

  it.each(spellings)(
    'is as the device spells it, but as it is stored where a file is: %s',
    async (spelled) => {
      const device = await workshop.deploy({ 'f.bin': 'content' });
      const own = `/${spelled}/controller/v1/${device.controllerId}`;
      const told = async (path: string) => linksIn(await asDevice(own + path));
      const expectSpelled = (links: [string, string][], ...names: string[]) => {
        expect(links.map(([rel]) => rel).sort()).toEqual(names.sort());
        for (const [rel, href] of links) expect(href, rel).toMatch(`${server.url}${own}/`);
      };
      expectSpelled(await told(''), 'deploymentBase', 'configData');
      expectSpelled(await told('/confirmationBase'), 'activateAutoConfirm');
      for (const path of tellingOfFiles(device))
        for (const [rel, href] of await told(path))
          expect(href, rel).toMatch(
            `${server.url}/${tenant}/controller/v1/${device.controllerId}/softwaremodules/`,
          );
      await workshop.admin(`/rest/v1/targets/${device.controllerId}/actions/${device.actionId}`, {
        method: 'DELETE',
      });
      expectSpelled(await told(''), 'cancelAction', 'configData');
      await device.report({ execution: 'closed', result: { finished: 'success' } }, 'cancelAction');
    },
  );

  it('is as the device spells it in links to what it has and to what it is to confirm', async () => {
    const spelled = tenant.toLowerCase();
    const installed = await workshop.deploy({ 'f.bin': 'content' });
    await installed.report({ execution: 'closed', result: { finished: 'success' } });
    const root = linksIn(await asDevice(`/${spelled}/controller/v1/${installed.controllerId}`));
    expect(root.map(([rel]) => rel).sort()).toEqual(['configData', 'installedBase']);
    for (const [, href] of root) expect(href).toContain(`/${spelled}/controller/v1/`);

    const flow = '/rest/v1/system/configs/user.confirmation.flow.enabled';
    await workshop.admin(flow, { method: 'PUT', json: { value: true } });
    const asked = await workshop.deploy({ 'f.bin': 'content' });
    const base = `/${spelled}/controller/v1/${asked.controllerId}`;
    for (const path of ['', '/confirmationBase']) {
      const links = linksIn(await asDevice(base + path));
      expect(links.map(([rel]) => rel)).toContain('confirmationBase');
      for (const [, href] of links) expect(href).toContain(base);
    }
    const [file] = linksIn(await asDevice(`${base}/confirmationBase/${asked.actionId}`));
    expect(file![1]).toContain(`/${tenant}/controller/v1/`);
    await workshop.admin(flow, { method: 'DELETE' });
  });
});

describe('what a link names is served', () => {
  const follow = async (device: Deployed) => {
    const { json } = await device.ask(`/deploymentBase/${device.actionId}`);
    const found: Record<string, [file: string, sum: string]> = {};
    for (const { filename, _links } of json.deployment.chunks[0].artifacts) {
      const [file, sum] = await Promise.all([
        asDevice(_links['download-http'].href),
        asDevice(_links['md5sum-http'].href),
      ]);
      expect([file.status, sum.status], filename).toEqual([200, 200]);
      found[filename] = [file.text, sum.text.replace(/^[0-9a-f]{32} {2}/, '')];
    }
    return found;
  };

  it('where a file is named as the sum of another', async () => {
    const names = ['f.bin', 'f.bin.MD5SUM', 'f.bin.MD5SUM.MD5SUM'];
    const device = await workshop.deploy(Object.fromEntries(names.map((name) => [name, `in ${name}`])));
    const expected = Object.fromEntries(names.map((name) => [name, [`in ${name}`, name]]));
    expect(await follow(device)).toEqual(expected);
  });

  it('where such a file is alone', async () => {
    const device = await workshop.deploy({ 'g.MD5SUM': 'mine', '.MD5SUM': 'bare', MD5SUM: 'plain' });
    expect(await follow(device)).toEqual({
      'g.MD5SUM': ['mine', 'g.MD5SUM'],
      '.MD5SUM': ['bare', '.MD5SUM'],
      MD5SUM: ['plain', 'MD5SUM'],
    });
  });

  it.each(['a b#ü%.bin', 'a?b=c&d', '%2F', '%2e%2e', '..bin', 'f;x=y', '€😀', "it's", 'a+b', '~!$()*,:@'])(
    'with the name %s',
    async (name) => {
      const device = await workshop.deploy({ [name]: 'content' });
      expect(await follow(device)).toEqual({ [name]: ['content', name] });
    },
  );

  it('and what is not there is not found', async () => {
    const device = await workshop.deploy({ 'f.bin': 'content' });
    for (const name of ['g.bin', 'g.bin.MD5SUM', '.MD5SUM', 'f.bin.MD5SUM.MD5SUM'])
      expect((await device.ask(`/softwaremodules/${device.moduleId}/artifacts/${name}`)).status).toBe(404);
  });
});
