import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { cleanUp, makeFolder, type Served, start } from '../../e2e/lifecycle/support.ts';
import { buildServer } from '../../support/build.ts';
import { testDatabaseUrl } from '../../support/database.ts';
import { grantsOf } from '../../support/grants.ts';
import { basic, clientOf, createServedTenant, graphql, type ServedTenant } from '../../support/server.ts';
import { tlsClientOf } from '../../support/tls.ts';

/** A server in a process of its own, and who asks it all the time whether it lives. */
export interface Watched extends Pick<Served, 'url' | 'pid' | 'ended' | 'stderr'> {
  prober: ChildProcess;
}

/** The built server, and those who attack it. */
export interface Attacked extends Watched, Pick<Served, 'stdout'> {
  /** What it has logged since it began to serve and its accounts were made. */
  logged(): string;
  /** A tenant with an administrator, of whom all below are. */
  tenant: ServedTenant;
  /** The header of an account without any permission. */
  nobody: string;
  /** That of one that may read rollouts and nothing else: others' bodies may be larger than nobody's. */
  reader: string;
  device: Device;
}

export interface Device {
  /** Where the device API has it, without a slash at the end. */
  path: string;
  authorization: string;
}

/** Starts the built server with these settings, on the database of this worker; it ends with the file's tests. */
export async function startAttacked(
  settings: Record<string, string> = {},
  openFiles?: number,
): Promise<Attacked> {
  afterAll(cleanUp);
  await buildServer();
  const env = { DATABASE_URL: testDatabaseUrl(), NODE_ENV: 'production', LOG_LEVEL: 'info', ...settings };
  const served = await start(makeFolder(), env, undefined, openFiles);
  const tenant = await createServedTenant(served, served.url.startsWith('https:') ? tlsClientOf : clientOf);
  const accounts = {
    nobody: await createAccount(tenant, 'nobody', []),
    reader: await createAccount(tenant, 'reader', ['READ_ROLLOUT']),
    device: await createDevice(tenant),
  };
  const said = () => [served.stdout(), served.stderr()];
  const before = said().map(({ length }) => length);
  return {
    ...watch(served),
    ...accounts,
    tenant,
    logged: () =>
      said()
        .map((text, stream) => text.slice(before[stream]))
        .join(''),
  };
}

/** Begins to ask whether it lives, until the file's tests end. */
export function watch<T extends Omit<Watched, 'prober'>>(served: T): T & Watched {
  const program = join(import.meta.dirname, 'prober.mjs');
  const prober = fork(program, [served.url, String(served.pid)], { execArgv: [] });
  afterAll(() => void prober.kill());
  return { ...served, prober };
}

/** Creates an account with these permissions; the header it signs in by. */
export async function createAccount(
  tenant: ServedTenant,
  username: string,
  permissions: readonly string[],
): Promise<string> {
  const password = 'may-do-nothing-at-all';
  const { createUser } = await graphql(
    tenant.admin,
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { userErrors { message } } }',
    { input: { username, password, grants: grantsOf(...permissions) } },
  );
  if (createUser.userErrors.length) throw new Error(JSON.stringify(createUser));
  return basic(`${tenant.name}\\${username}`, password);
}

/** Registers a device with a token of its own. */
export async function createDevice(
  { admin, name }: ServedTenant,
  controllerId = 'attacker',
): Promise<Device> {
  const securityToken = `token-of-${controllerId}`;
  const { status, text } = await admin('/rest/v1/targets', {
    method: 'POST',
    json: [{ controllerId, securityToken }],
  });
  if (status !== 201) throw new Error(text);
  return { path: `/${name}/controller/v1/${controllerId}`, authorization: `TargetToken ${securityToken}` };
}
