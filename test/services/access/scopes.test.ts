import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DomainError } from '../../../src/errors.ts';
import { PERMISSIONS, type Permission, ROLES, type Role } from '../../../src/services/access/permissions.ts';
import { readGrant } from '../../../src/services/access/scopes.ts';
import { type LiveContext, openLive } from '../../../src/services/live/hub.ts';
import { newTenant, openTestPlatform, type TestTenant } from '../../support/platform.ts';
import { stored } from '../../support/stored.ts';
import { ACCESS_VERBS, AUTHORITY_VERBS, TENANT_VERBS, WEBHOOK_VERBS } from './verbs/administration.ts';
import { AUTO_ASSIGNMENT_VERBS, STATISTICS_VERBS } from './verbs/auto-assignments.ts';
import { DEPLOYMENT_VERBS } from './verbs/deployments.ts';
import { ENROLLMENT_VERBS } from './verbs/enrollment.ts';
import { IMPORT_VERBS, WATCHING_VERBS } from './verbs/imports-live.ts';
import { ROLLOUT_VERBS } from './verbs/rollouts.ts';
import { MODULE_VERBS, SET_VERBS } from './verbs/software.ts';
import {
  ARTIFACT_VERBS,
  COMPATIBILITY_VERBS,
  SET_TAG_VERBS,
  SOFTWARE_METADATA_VERBS,
} from './verbs/software-data.ts';
import { AUTO_CONFIRM_VERBS, FILTER_VERBS, METADATA_VERBS, TAG_VERBS } from './verbs/target-data.ts';
import { READING_VERBS, WRITING_VERBS } from './verbs/targets.ts';
import { ITS_OWN, type Verb, type Verbs } from './verbs/verb.ts';
import { makeWorld, type Side, type World } from './verbs/world.ts';

/** Every verb, some more than once: what follows a name tells how it is called. */
const VERBS: Verbs = {
  ...WRITING_VERBS,
  ...READING_VERBS,
  ...METADATA_VERBS,
  ...TAG_VERBS,
  ...AUTO_CONFIRM_VERBS,
  ...FILTER_VERBS,
  ...IMPORT_VERBS,
  ...WATCHING_VERBS,
  ...MODULE_VERBS,
  ...SET_VERBS,
  ...ARTIFACT_VERBS,
  ...SOFTWARE_METADATA_VERBS,
  ...SET_TAG_VERBS,
  ...COMPATIBILITY_VERBS,
  ...DEPLOYMENT_VERBS,
  ...AUTO_ASSIGNMENT_VERBS,
  ...STATISTICS_VERBS,
  ...ROLLOUT_VERBS,
  ...ACCESS_VERBS,
  ...TENANT_VERBS,
  ...AUTHORITY_VERBS,
  ...ENROLLMENT_VERBS,
  ...WEBHOOK_VERBS,
};

const { platform, close } = await openTestPlatform();
const logged: unknown[] = [];
const live = openLive(platform, (error) => logged.push(error));
afterAll(async () => {
  await close();
  expect(logged).toEqual([]);
});

const isRole = (need: Permission | Role): need is Role => (ROLES as readonly string[]).includes(need);
/** What of the two sides is `inner`, in the words of each kind. */
const scopeOf = (permission: Permission) =>
  permission.endsWith('_TARGET') ? 'group==inner' : 'name==inner or description==inner';
const takesScope = (need: Permission | Role): need is Permission =>
  !isRole(need) && typeof readGrant(`${need}/${scopeOf(need)}`) === 'string';

/** Somebody who may do everything, but for one thing. */
function callerOf(tenant: TestTenant, without?: Permission | Role): LiveContext {
  const roles = ROLES.filter((role) => role !== without);
  const context = tenant.contextOf([], roles);
  const permissions = PERMISSIONS.filter((permission) => permission !== without);
  const grants = new Map(permissions.map((permission) => [permission, null]));
  return { ...context, live, caller: { ...context.caller, permissions: grants } };
}

/** Somebody who may do everything, but this only to what is inner. */
function scopedCallerOf(tenant: TestTenant, permission: Permission): LiveContext {
  const context = callerOf(tenant);
  const grants = new Map([...context.caller.permissions, [permission, [scopeOf(permission)]] as const]);
  return { ...context, caller: { ...context.caller, permissions: grants } };
}

async function prepare({ given }: Verb): Promise<World> {
  const world = await makeWorld(platform);
  for (const side of [world.inner, world.outer]) await given?.(callerOf(world.tenant), side);
  return world;
}

/** What a call answers: the code of an error, too. */
async function outcome({ call }: Verb, context: LiveContext, side: Side): Promise<unknown> {
  try {
    return await call(context, side);
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

const ERROR_CODE = /^[A-Z]+(_[A-Z]+)+$|^FORBIDDEN$/;
const isReached = (result: unknown) => !(typeof result === 'string' && ERROR_CODE.test(result));

describe.each(Object.entries(VERBS))('%s', (_, verb) => {
  let world: World;
  let before: unknown;
  const renew = async () => {
    world = await prepare(verb);
    before = await stored(platform.database, world.tenant.tenantId);
  };
  beforeAll(renew);
  const expectNoTrace = async () => {
    if (!verb.stirs) expect(await stored(platform.database, world.tenant.tenantId)).toEqual(before);
  };

  it.each(verb.needs)('is refused without %s', async (need) => {
    for (const side of [world.inner, world.outer])
      expect(await outcome(verb, callerOf(world.tenant, need), side)).toBe('FORBIDDEN');
    await expectNoTrace();
  });

  it('leaves another tenant alone', async () => {
    const result = await outcome(verb, callerOf(await newTenant(platform)), world.inner);
    const elsewhere = 'elsewhere' in verb ? verb.elsewhere : Object.values(verb.beyond ?? {})[0];
    if (elsewhere === ITS_OWN) expect(isReached(result), String(result)).toBe(true);
    else expect(result).toEqual(elsewhere);
    await expectNoTrace();
  });

  const scoped = Object.entries(verb.beyond ?? {}).filter(([permission]) =>
    takesScope(permission as Permission),
  ) as [Permission, unknown][];
  it.each(scoped)('keeps within the scope of %s', async (permission, beyond) => {
    if (permission !== scoped[0]![0]) await renew();
    const caller = scopedCallerOf(world.tenant, permission);
    expect(await outcome(verb, caller, world.outer), 'what is out of the scope').toEqual(beyond);
    await expectNoTrace();

    const within = await outcome(verb, caller, world.inner);
    expect(within, 'what is within').not.toEqual(beyond);
    expect(isReached(within), `what is within: ${within}`).toBe(true);
    const unscoped = await outcome(verb, callerOf(world.tenant), world.outer);
    expect(unscoped, 'what nothing keeps it from').not.toEqual(beyond);
    expect(isReached(unscoped), `what nothing keeps it from: ${unscoped}`).toBe(true);
  });

  it('says of every permission that takes a scope what is beyond it', () => {
    const silent = verb.needs.filter((need) => takesScope(need) && !(verb.beyond && need in verb.beyond));
    if (!verb.unnarrowed) expect(silent).toEqual([]);
  });
});

it('knows every verb', () => {
  const folder = new URL('../../../src/services/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const known = new Set(Object.keys(VERBS).map((name) => /^\w+/.exec(name)![0]));
  const missing = files.flatMap((file) =>
    verbsOf(readFileSync(new URL(file, folder), 'utf8'))
      .filter((name) => !known.has(name))
      .map((name) => `${name} (src/services/${file})`),
  );
  expect(missing, WANTED).toEqual([]);
});

const WANTED = `Each of these verbs needs a row in a file of test/services/access/verbs (see verb.ts there): what it needs, a
call about the things of a side that succeeds, what the call answers to a caller of another tenant (elsewhere), and, for
each of its permissions that takes a scope, what it answers about things out of that scope (beyond)`;

/** The exported functions that require a permission, or say that they need one. */
function verbsOf(source: string): string[] {
  const functions = source.matchAll(
    /(\/\*\*(?:(?!\*\/).)*\*\/\n)?^export (?:async )?function\*? (\w+)((?:(?!^}$).)*)/gms,
  );
  return [...functions].flatMap(([, doc = '', name, body]) => {
    const requires = /\brequire(?:Permission|Role)\(/.test(body!);
    const says = /\bneeds [A-Z]+_[A-Z_]+/i.test(doc.replaceAll(/\s*\n \*\s*/g, ' '));
    return requires || says ? name! : [];
  });
}
