import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SETTINGS } from '../src/settings.ts';
import { certify } from './support/certificates.ts';
import { newFolder } from './support/folder.ts';

/* What Muster is packed in: an image, manifests, a service, examples of proxies. */

const root = new URL('..', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, root), 'utf8');
const EXAMPLES = [
  'Dockerfile',
  'compose.yaml',
  'examples/kubernetes/muster.yaml',
  'examples/systemd/muster.service',
];
/** Of the other programs in the same files, and of the S3 client. */
const OTHERS = /^(POSTGRES_|MINIO_|AWS_|S3_PASSWORD|DATABASE_PASSWORD)/;

it.each(EXAMPLES)('%s gives only settings that there are', (name) => {
  const named = [...read(name).matchAll(/\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|HOST|PORT)\b(?=[=:,]|: )/g)].map(
    (match) => match[1]!,
  );
  const known = Object.keys(SETTINGS);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((one) => !OTHERS.test(one) && !known.includes(one))).toEqual([]);
});

it('leaves nothing out of the image that the server imports', () => {
  const [, list = ''] = /npm uninstall (?:--\S+ )+(.*?)&&/s.exec(read('Dockerfile')) ?? [];
  const removed = list.split(/[\s\\]+/).filter(Boolean);
  const { dependencies } = JSON.parse(read('package.json'));
  expect(removed.length).toBeGreaterThan(10);
  expect(
    removed.filter((name) => !(name in dependencies)),
    'all of them are dependencies',
  ).toEqual([]);
  const sources = readdirSync(new URL('src', root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('console'))
    .map((name) => read(`src/${name}`))
    .join('\n');
  const imported = removed.filter((name) => new RegExp(`(from|import\\() ?'${name}['/]`).test(sources));
  expect(imported).toEqual([]);
});

it('packs what the server needs, and names it for people', () => {
  const { files, bin, version } = JSON.parse(read('package.json'));
  expect(files).toEqual(expect.arrayContaining(['dist', 'src/database/migrations', 'CHANGELOG.md']));
  expect(bin).toEqual({ muster: 'dist/cli/main.js' });
  expect(read('examples/kubernetes/muster.yaml')).toContain(`image: muster:${version}`);
});

const NGINX = '/usr/sbin/nginx';
it.runIf(existsSync(NGINX))('has a configuration that nginx takes', async () => {
  const folder = newFolder();
  mkdirSync(folder);
  const { cert, key } = await certify('fleet.example.com', { ca: true });
  writeFileSync(join(folder, 'fullchain.pem'), cert);
  writeFileSync(join(folder, 'key.pem'), key);
  const own = read('examples/proxy/nginx.conf')
    .replaceAll('/etc/muster/tls', folder)
    .replaceAll('/etc/muster/devices-ca.pem', `${folder}/fullchain.pem`);
  writeFileSync(join(folder, 'muster.conf'), own);
  const all = `pid ${folder}/pid; error_log stderr; events {} http { access_log off; include ${folder}/muster.conf; }`;
  writeFileSync(join(folder, 'nginx.conf'), all);
  expect(() =>
    execFileSync(NGINX, ['-t', '-q', '-c', join(folder, 'nginx.conf')], { stdio: 'pipe' }),
  ).not.toThrow();
});

it.each(['nginx.conf', 'Caddyfile'])('%s lets nothing through that Muster believes of a proxy', (name) => {
  const text = read(`examples/proxy/${name}`);
  for (const header of [
    'X-Controller-Id',
    'X-Authority',
    'Forwarded',
    'X-Forwarded-Port',
    'X-Forwarded-Prefix',
  ])
    expect(text).toMatch(new RegExp(`(proxy_set_header |request_header -)${header}`));
});
