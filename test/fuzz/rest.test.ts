import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newFolder, testFolder } from '../support/folder.ts';
import { SEED } from '../support/seed.ts';
import {
  clientOf,
  createServedTenant,
  type ServedTenant,
  startOwnServer,
  type TestServer,
} from '../support/server.ts';
import { budgetMs } from './support.ts';

/** The program `schemathesis`; without it this part is left out. */
const SCHEMATHESIS = process.env['MUSTER_TEST_SCHEMATHESIS'];
/** Of the time there is, for each of the two APIs. */
const SHARE = 0.2;
const TOKEN = 'token-of-the-device';
const DEVICE = '/{tenant}/controller/v1/{controllerId}';
/** What is of no tenant, or has tests of its own. */
const ELSEWHERE = /^\/(?:metrics|docs|openapi\.json|graphql|health|\.well-known\/est\/\{label\}\/simple)/;

type Paths = Record<string, Record<string, { parameters?: { name: string }[] }>>;
let server: TestServer;
let tenant: ServedTenant;
let document: { paths: Paths };
beforeAll(async () => {
  server = await startOwnServer({ MUSTER_DDI_TARGET_TOKEN_ENABLED: 'true' });
  tenant = await createServedTenant(server);
  document = (await clientOf(server)('/openapi.json')).json;
});
afterAll(() => server?.stop());

/** The document of one device: its path is written out, so that its token counts. */
function ofDevice(controllerId: string): { paths: Paths } {
  const own = Object.entries(document.paths).filter(([path]) => path.startsWith(DEVICE));
  const paths = own.map(([path, methods]) => {
    const without = Object.entries(methods).map(([method, operation]) => {
      const parameters = operation.parameters?.filter(({ name }) => !DEVICE.includes(`{${name}}`));
      return [method, { ...operation, parameters }];
    });
    const written = path.replace(DEVICE, `/${tenant.name}/controller/v1/${controllerId}`);
    return [written, Object.fromEntries(without)];
  });
  return { ...document, paths: Object.fromEntries(paths) };
}

function ofManagement(): { paths: Paths } {
  const kept = Object.entries(document.paths).filter(
    ([path]) => !path.startsWith(DEVICE) && !ELSEWHERE.test(path),
  );
  return { ...document, paths: Object.fromEntries(kept) };
}

/** Runs it on a document. @returns what it said where it found something */
async function fuzzed(described: object, authorization: string): Promise<string> {
  const file = `${newFolder()}.json`;
  writeFileSync(file, JSON.stringify(described));
  const seconds = Math.max(Math.round(budgetMs(SHARE) / 1_000), 10);
  const args = [
    ...['run', file, '--url', server.url, '--header', `Authorization: ${authorization}`],
    ...['--checks', 'not_a_server_error,status_code_conformance,response_schema_conformance'],
    ...['--max-time', String(seconds), '--request-timeout', '10', '--seed', String(SEED), '--no-color'],
    ...['--generation-database', 'none', '--warnings', 'off', '--phases', 'coverage,fuzzing'],
  ];
  // It keeps a cache where it is started.
  const child = spawn(SCHEMATHESIS!, args, { cwd: testFolder() });
  let said = '';
  child.stdout.on('data', (text) => (said += text));
  child.stderr.on('data', (text) => (said += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return code === 0 ? '' : said;
}

test.skipIf(!SCHEMATHESIS)(
  'any request to the Management API, for files and for uploads is answered as described, or refused',
  async () => {
    expect(await fuzzed(ofManagement(), tenant.authorization)).toBe('');
    expect(server.errors).toEqual([]);
  },
  900_000,
);

test.skipIf(!SCHEMATHESIS)(
  'any request of a device is answered as described, or refused',
  async () => {
    const target = { controllerId: 'fuzzed', securityToken: TOKEN };
    await tenant.admin('/rest/v1/targets', { method: 'POST', json: [target] });
    expect(await fuzzed(ofDevice('fuzzed'), `TargetToken ${TOKEN}`)).toBe('');
    expect(server.errors).toEqual([]);
  },
  900_000,
);
