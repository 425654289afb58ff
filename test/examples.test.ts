import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { cleanUp, makeFolder } from './database/embedded/support.ts';
import { buildServer, bundledCommand } from './support/build.ts';
import { certify } from './support/certificates.ts';
import { newFolder } from './support/folder.ts';
import { startOwnServer } from './support/server.ts';

/* What the README and the manual tell to type, typed in their order on a new server. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // a busy disk makes initdb slow

beforeAll(buildServer);
afterAll(cleanUp);

const ROOT = process.cwd();
const blocksOf = (page: string) =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^( *)```sh\n(.*?)^ *```$/gms)]
    .map(([, , text]) => text!)
    .join('\n');

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs a script to its end: no command of it may fail, and no variable may be missing. @returns what it said */
function play(script: string, folder: string, env: Record<string, string>): Promise<string> {
  const whole = `set -euo pipefail
    trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
    ${script}`;
  const PATH = `${folder}/bin:${process.env['PATH']}`;
  return new Promise((resolve, reject) => {
    execFile(
      'bash',
      ['-c', whole],
      { cwd: folder, env: { PATH, HOME: folder, ...env } },
      (error, out, err) =>
        error
          ? reject(new Error(`${error.message.slice(-300)}\n${out.slice(-2_000)}\n${err.slice(-2_000)}`))
          : resolve(out + err),
    );
  });
}

function expectNoRefusal(said: string): void {
  expect(said).not.toMatch(/"userErrors":\[\{|"errors":\[/);
}

it('does what the README says, block after block', async () => {
  const server = await startOwnServer({ MUSTER_WEBHOOKS_PRIVATE: 'true' });
  try {
    const hook = String(await freePort());
    const folder = newFolder();
    mkdirSync(folder);
    const strict = 'curl() { command curl --fail-with-body -sS --max-time 30 "$@"; }\n';
    const script = `${strict}${blocksOf('README.md')}`
      .replaceAll('localhost:8080', new URL(server.url).host)
      .replaceAll('node dist/cli/main.js', `node ${bundledCommand()}`)
      .replaceAll('node examples/', `node ${ROOT}/examples/`)
      .replaceAll('sh examples/', `sh ${ROOT}/examples/`)
      .replaceAll('9000', hook)
      .replace('--devices 500', '--devices 20')
      .replace('--duration 1h', '--duration 1s');
    const said = await play(script, folder, { MUSTER_URL: server.url });
    expectNoRefusal(said);
    expect(said).toContain('"controllerId":"boiler-1"');
    expect(said).toMatch(/created 1, updated 0, refused 0/);
    expect(said).toContain('"affectedCount":1');
    expect(said).toContain('"claimTarget":{"target":{"controllerId":"meter-1"');
  } finally {
    await server.stop();
  }
});

it('signs a device in as examples/certificates.sh shows', async () => {
  const folder = newFolder();
  mkdirSync(folder);
  const { cert, key } = await certify('localhost');
  writeFileSync(join(folder, 'server.pem'), cert);
  writeFileSync(join(folder, 'server.key'), key);
  const files = { MUSTER_TLS_CERT: join(folder, 'server.pem'), MUSTER_TLS_KEY: join(folder, 'server.key') };
  const server = await startOwnServer(files);
  try {
    const said = await play(readFileSync(join(ROOT, 'examples/certificates.sh'), 'utf8'), folder, {
      MUSTER_URL: server.url,
    });
    expectNoRefusal(said);
    expect(said).toContain('/DEFAULT/controller/v1/device-7/configData');
  } finally {
    await server.stop();
  }
});

it('does what the manual says: start, back up, restore, reset a password', async () => {
  const folder = await makeFolder();
  mkdirSync(join(folder, 'bin'));
  writeFileSync(
    join(folder, 'bin', 'muster'),
    `#!/bin/sh\nexec "${process.execPath}" "${bundledCommand()}" "$@"\n`,
    { mode: 0o755 },
  );
  const port = String(await freePort());
  const script = blocksOf('docs/operation.md').replaceAll('localhost:8080', `localhost:${port}`);
  const said = await play(script, folder, {
    PORT: port,
    MUSTER_URL: `localhost:${port}`,
    MUSTER_POLL_CACHE_ENTRIES: '20000',
  });
  expect(said).toMatch(/^boiler-1 +\S{16,}$/m);
  expect(said).toMatch(/data is backed up to muster\.backup: \d+ rows, 0 artifacts/);
  expect(said).toMatch(/restored is restored from muster\.backup/);
  expect(said).toMatch(/the password of admin is set in .*restored/);
});
