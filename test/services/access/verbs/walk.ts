import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DomainError } from '../../../../src/errors.ts';
import { PERMISSIONS, type Permission, ROLES, type Role } from '../../../../src/services/access/grants.ts';
import { readGrant } from '../../../../src/services/access/scopes.ts';
import { type LiveContext, openLive } from '../../../../src/services/platform/live/live.ts';
import type { Platform } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform, type TestTenant } from '../../../support/platform.ts';
import { stored } from '../../../support/stored.ts';
import { ITS_OWN, type Verb, type Verbs } from './verb.ts';
import { makeWorld, type Side, type World } from './world.ts';

type Live = LiveContext['live'];

/** The tests of a file: of each of these verbs, who may do it and to what. To be awaited. */
export async function walkThrough(verbs: Verbs): Promise<void> {
  const { platform, close } = await openTestPlatform();
  const logged: unknown[] = [];
  const live = openLive(platform, (error) => logged.push(error));
  afterAll(async () => {
    live.close();
    await close();
    expect(logged).toEqual([]);
  });
  const openScene = sceneOpener(platform, live);
  describe.each(Object.entries(verbs))('%s', (_, verb) => describeVerb(verb, { platform, live, openScene }));
}

const isRole = (need: Permission | Role): need is Role => (ROLES as readonly string[]).includes(need);
/** What of the two sides is `inner`, in the words of each kind. */
const scopeOf = (permission: Permission) =>
  permission.endsWith('_TARGET') ? 'group==inner' : 'name==inner or description==inner';
const takesScope = (need: Permission | Role): need is Permission =>
  !isRole(need) && typeof readGrant(`${need}/${scopeOf(need)}`) === 'string';

/** Somebody who may do everything, but for one thing. */
function callerOf(live: Live, tenant: TestTenant, without?: Permission | Role): LiveContext {
  const roles = ROLES.filter((role) => role !== without);
  const context = tenant.contextOf([], roles);
  const permissions = PERMISSIONS.filter((permission) => permission !== without);
  const grants = new Map(permissions.map((permission) => [permission, null]));
  return { ...context, live, caller: { ...context.caller, permissions: grants } };
}

/** Somebody who may do everything, but this only to what is inner. */
function scopedCallerOf(live: Live, tenant: TestTenant, permission: Permission): LiveContext {
  const context = callerOf(live, tenant);
  const grants = new Map([...context.caller.permissions, [permission, [scopeOf(permission)]] as const]);
  return { ...context, caller: { ...context.caller, permissions: grants } };
}

/** A world, and what was stored of it when all was ready. */
interface Scene {
  world: World;
  before: unknown;
}
/** Gives a verb a scene: that of a test before for which the same was made ready, if nothing has changed there. */
type OpenScene = (verb: Verb) => Promise<Scene>;

interface Stage {
  platform: Platform;
  live: Live;
  openScene: OpenScene;
}

function sceneOpener(platform: Platform, live: Live): OpenScene {
  const look = ({ tenant }: World) => stored(platform.database, tenant.tenantId);
  /** The newest of each kind: by what makes it ready. */
  const newest = new Map<Verb['given'], Scene>();
  return async ({ given }) => {
    const last = newest.get(given);
    if (last && isDeepStrictEqual(await look(last.world), last.before)) return last;
    const world = await makeWorld(platform);
    for (const side of [world.inner, world.outer]) await given?.(callerOf(live, world.tenant), side);
    const scene = { world, before: await look(world) };
    newest.set(given, scene);
    return scene;
  };
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

function describeVerb(verb: Verb, { platform, live, openScene }: Stage): void {
  let world: World;
  let before: unknown;
  const renew = async () => {
    ({ world, before } = await openScene(verb));
  };
  beforeAll(renew);
  const expectNoTrace = async () => {
    if (!verb.stirs) expect(await stored(platform.database, world.tenant.tenantId)).toEqual(before);
  };

  it.each(verb.needs)('is refused without %s', async (need) => {
    for (const side of [world.inner, world.outer])
      expect(await outcome(verb, callerOf(live, world.tenant, need), side)).toBe('FORBIDDEN');
    await expectNoTrace();
  });

  it('leaves another tenant alone', async () => {
    const result = await outcome(verb, callerOf(live, await newTenant(platform)), world.inner);
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
    const caller = scopedCallerOf(live, world.tenant, permission);
    expect(await outcome(verb, caller, world.outer), 'what is out of the scope').toEqual(beyond);
    await expectNoTrace();

    const within = await outcome(verb, caller, world.inner);
    expect(within, 'what is within').not.toEqual(beyond);
    expect(isReached(within), `what is within: ${within}`).toBe(true);
    const unscoped = await outcome(verb, callerOf(live, world.tenant), world.outer);
    expect(unscoped, 'what nothing keeps it from').not.toEqual(beyond);
    expect(isReached(unscoped), `what nothing keeps it from: ${unscoped}`).toBe(true);
  });

  it('says of every permission that takes a scope what is beyond it', () => {
    const silent = verb.needs.filter((need) => takesScope(need) && !(verb.beyond && need in verb.beyond));
    if (!verb.unnarrowed) expect(silent).toEqual([]);
  });
}
