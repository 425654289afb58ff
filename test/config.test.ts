import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigurationError, readConfig, unknownSettings } from '../src/config.ts';
import type { Setting } from '../src/setting.ts';
import { SETTINGS } from '../src/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-config-'));
afterAll(() => rmSync(folder, { recursive: true }));
const properties = (text: string) => {
  const file = join(folder, 'application.properties');
  writeFileSync(file, text);
  return file;
};
const GATEWAY = 'hawkbit.server.ddi.security.authentication.gatewaytoken.enabled';

describe('readConfig', () => {
  it('has a default for everything, and takes an empty variable for none', () => {
    const config = readConfig({ PORT: '', HOST: '' });
    expect(config).toMatchObject({ PORT: 8080, HOST: '127.0.0.1', MUSTER_ADMIN_PASSWORD: 'admin' });
    expect(config).toMatchObject({
      MUSTER_DDI_TARGET_TOKEN_ENABLED: true,
      MUSTER_DDI_GATEWAY_TOKEN_ENABLED: false,
    });
  });

  it.each([
    { PORT: 'abc' },
    { PORT: '70000' },
    { PORT: '-1' },
    { DATABASE_URL: 'mysql://x' },
    { DATABASE_PREPARE: 'perhaps' },
    { MUSTER_WORKERS: '0' },
    { MUSTER_PUBLIC_URL: 'ftp://x' },
    { MUSTER_OIDC_ISSUER: 'sso.example' },
    { MUSTER_OIDC_CLOCK_SKEW: '301' },
    { MUSTER_BASIC_ENABLED: 'no' },
    { LOG_LEVEL: 'loud' },
    { MUSTER_SECRET_KEY: 'too-short' },
    { MUSTER_SECRET_KEY_PREVIOUS: `${'a'.repeat(64)},b` },
    { MUSTER_CONFIG_FILE: '/nowhere' },
  ])('refuses %o in one line that names it', (environment) => {
    const [name] = Object.keys(environment);
    expect(() => readConfig(environment)).toThrow(ConfigurationError);
    expect(() => readConfig(environment)).toThrow(new RegExp(`^${name}: .+$`, 'm'));
  });

  it('wants a password for the administrator wherever others can reach it', () => {
    for (const HOST of ['0.0.0.0', '::', '10.0.0.1', 'muster.example'])
      expect(() => readConfig({ HOST })).toThrow(/^MUSTER_ADMIN_PASSWORD: must be set/);
    expect(
      readConfig({ HOST: '0.0.0.0', MUSTER_ADMIN_PASSWORD: 'a-quiet-secret' }).MUSTER_ADMIN_PASSWORD,
    ).toBe('a-quiet-secret');
    for (const HOST of ['localhost', '127.0.0.2', '::1']) expect(readConfig({ HOST }).HOST).toBe(HOST);
  });

  it('wants an audience with an issuer', () => {
    const MUSTER_OIDC_ISSUER = 'https://sso.example/realms/fleet';
    expect(() => readConfig({ MUSTER_OIDC_ISSUER })).toThrow(/^MUSTER_OIDC_AUDIENCE: must be set/);
    const config = readConfig({ MUSTER_OIDC_ISSUER, MUSTER_OIDC_AUDIENCE: 'muster' });
    expect(config).toMatchObject({ MUSTER_OIDC_ISSUER, MUSTER_OIDC_ROLES_CLAIM: 'roles' });
  });

  it("reads hawkBit's properties, after the environment", () => {
    const file = properties(`# a comment\n! another\n\n ${GATEWAY} = true \r\nserver.port=1\n`);
    expect(readConfig({ MUSTER_CONFIG_FILE: file })).toMatchObject({
      MUSTER_DDI_GATEWAY_TOKEN_ENABLED: true,
      PORT: 8080,
    });
    const overruled = { MUSTER_CONFIG_FILE: file, MUSTER_DDI_GATEWAY_TOKEN_ENABLED: 'false' };
    expect(readConfig(overruled).MUSTER_DDI_GATEWAY_TOKEN_ENABLED).toBe(false);
  });

  it('names a bad property as the file has it', () => {
    const file = properties(`${GATEWAY}: maybe`);
    expect(() => readConfig({ MUSTER_CONFIG_FILE: file })).toThrow(`${GATEWAY}: must be true or false`);
  });
});

it('tells all bad settings at once', () => {
  const bad = {
    PORT: 'x',
    MUSTER_WORKERS: '0',
    MUSTER_TLS_CERT: 'c.pem',
    HOST: '::',
    MUSTER_CONFIG_FILE: '/nowhere',
  };
  expect(() => readConfig(bad)).toThrow(
    /^MUSTER_CONFIG_FILE: .*\nPORT: .*\nMUSTER_WORKERS: .*\nMUSTER_TLS_KEY: .*\nMUSTER_ADMIN_PASSWORD: .*$/,
  );
});

it('names what looks like a setting and is none, with the nearest', () => {
  expect(
    unknownSettings({
      MUSTER_WORKER: '2',
      muster_data_dir: 'x',
      MUSTER_NO_SUCH_THING_AT_ALL: 'x',
      MUSTER_URL: 'x',
      MUSTER_WORKERS: '2',
      WORKERS: '2',
    }),
  ).toEqual([
    'MUSTER_WORKER is no setting and changes nothing; is MUSTER_WORKERS meant?',
    'muster_data_dir is no setting and changes nothing; is MUSTER_DATA_DIR meant?',
    'MUSTER_NO_SUCH_THING_AT_ALL is no setting and changes nothing',
  ]);
});

it('knows which settings must not be shown', () => {
  const secrets = Object.entries<Setting<unknown>>(SETTINGS).filter(([, { isSecret }]) => isSecret);
  const named = Object.keys(SETTINGS).filter((name) => /PASSWORD|SECRET/.test(name));
  expect(secrets.map(([name]) => name)).toEqual(expect.arrayContaining(named));
});

it('tells what was given from what is a default', () => {
  const { given } = readConfig({ MUSTER_CONFIG_FILE: '/dev/null', PORT: '1', HOST: '' });
  expect(given.get('PORT')).toBe('environment');
  expect([...given.keys()].sort()).toEqual(['MUSTER_CONFIG_FILE', 'PORT']);
});

it('is told in full by the documentation', () => {
  const readme = readFileSync(new URL('../docs/settings.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| `([A-Z0-9_]+)` \| (?:`(.*?)`)? ?\| (.*) \|$/gm)].map((row) =>
    row.slice(1),
  );
  const settings = Object.entries(SETTINGS).map(([name, { fallback, about }]) => [
    name,
    fallback === undefined ? undefined : String(fallback),
    about,
  ]);
  expect(rows).toEqual(settings);
});

it('is kept by tests: each one that docs/security.md names is there', () => {
  const page = readFileSync(new URL('../docs/security.md', import.meta.url), 'utf8');
  const named = [...page.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path!);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)))).toEqual([]);
});
