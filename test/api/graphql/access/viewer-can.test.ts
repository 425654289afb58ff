import { beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../../../src/services/access/api-keys/create.ts';
import {
  effectivePermissions,
  PERMISSIONS,
  type Permission,
} from '../../../../src/services/access/grants.ts';
import { createRole } from '../../../../src/services/access/roles/create.ts';
import { createCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/create.ts';
import { RIGHTS, TENANT_RIGHTS } from '../../../../src/services/platform/rights/rights.ts';
import { createWebhook } from '../../../../src/services/platform/webhooks/create.ts';
import { createDistributionSetTags } from '../../../../src/services/software/distribution-set-tags/create.ts';
import { createSoftwareModules } from '../../../../src/services/software/software-modules/create.ts';
import { createUser, roleIdOf } from '../../../services/access/by-name.ts';
import { type Fleet, makeFleet } from '../../../services/access/seen/fleet.ts';
import { newAuthority } from '../../../support/certificates.ts';
import { idOf } from '../../../support/ids.ts';
import { type Any, type Ask, openTestDoor } from '../support.ts';

const door = openTestDoor();

let fleet: Fleet;
/** A module that no set has, so that its files can be deleted. */
let freeModule: string;
/** By type, the ids of the thing `inner` and of `outer`. */
const ids: Record<string, { inner: string; outer?: string }> = {};

const LISTS: Record<string, string> = {
  Target: 'targets',
  TargetType: 'targetTypes',
  TargetTag: 'targetTags',
  TargetFilter: 'targetFilters',
  DistributionSet: 'distributionSets',
  SoftwareModule: 'softwareModules',
  Rollout: 'rollouts',
  AutoAssignment: 'autoAssignments',
  EnrollmentGroup: 'enrollmentGroups',
  CertificateAuthority: 'certificateAuthorities',
  Webhook: 'webhooks',
  SoftwareModuleType: 'softwareModuleTypes',
  DistributionSetType: 'distributionSetTypes',
  DistributionSetTag: 'distributionSetTags',
  ApiKey: 'apiKeys',
};

beforeAll(async () => {
  fleet = await makeFleet(door.platform);
  const admin = fleet.tenant.contextOf(undefined, ['TENANT_ADMIN'], 'boss');
  await createUser(admin, { username: 'boss', password: 'a-quiet-secret', roles: ['TENANT_ADMIN'] });
  const inner = await createUser(admin, { username: 'inner', password: 'a-quiet-secret' });
  await createRole(admin, { name: 'inner', permissions: [] });
  await createWebhook(admin, { name: 'inner', url: 'https://example.org' });
  await createCertificateAuthority(admin, { name: 'inner', certificate: (await newAuthority('Root')).cert });
  await createApiKey(admin, { name: 'inner', permissions: ['READ_TARGET'] });
  await createDistributionSetTags(admin, { distributionSetTags: [{ name: 'inner' }] });
  ids['User'] = { inner: idOf('User', inner.id) };
  ids['Role'] = { inner: idOf('Role', await roleIdOf(admin, 'inner')) };
  const { data } = await door.asCaller(admin)(
    `{ ${Object.values(LISTS).map((list) => `${list}(first: 100) { nodes { id name } }`)} }`,
  );
  for (const [type, list] of Object.entries(LISTS)) {
    const named = (name: string) => data[list].nodes.find((node: Any) => node.name === name)?.id;
    ids[type] = { inner: named('inner') ?? data[list].nodes[0].id, outer: named('outer') };
  }
  const modules = await createSoftwareModules(admin, {
    softwareModules: [{ type: 'inner', name: 'free', version: '1' }],
  });
  freeModule = idOf('SoftwareModule', modules.created[0]!.id);
  const file = `moduleId: "${freeModule}", filename: "f", url: "https://example.org/f", size: 1, sha256: "${'0'.repeat(64)}"`;
  const more = await door.asCaller(admin)(
    `mutation { createExternalArtifact(input: { ${file} }) { artifact { id } userErrors { message } } }`,
  );
  ids['Artifact'] = { inner: more.data.createExternalArtifact.artifact.id };
  const waiting = await door.asCaller(admin)('{ pendingTargets { nodes { id } } }');
  ids['PendingTarget'] = { inner: waiting.data.pendingTargets.nodes[0].id };
});

const NOTHING = 'userErrors { code message }';
const simple =
  (mutation: string, more = '') =>
  (id: string) =>
    `${mutation}(input: { id: "${id}" ${more} }) { ${NOTHING} }`;
const setId = () => ids['DistributionSet']!.inner;

/** What each right is for: a mutation of the thing of an id. */
const VERBS: Record<string, Record<string, (id: string) => string>> = {
  Target: {
    update: simple('updateTarget', ', description: "x"'),
    delete: (id) => `deleteTargets(input: { targets: { ids: ["${id}"] } }) { ${NOTHING} }`,
    assignDistributionSet: (id) =>
      `assignDistributionSet(input: { distributionSetId: "${setId()}", targets: { ids: ["${id}"] }, dryRun: true }) { ${NOTHING} }`,
    rotateToken: simple('rotateTargetToken'),
  },
  TargetType: {
    update: simple('updateTargetType', ', description: "x"'),
    delete: simple('deleteTargetType'),
  },
  TargetTag: { update: simple('updateTargetTag', ', description: "x"'), delete: simple('deleteTargetTag') },
  TargetFilter: {
    update: simple('updateTargetFilter', ', name: "other"'),
    delete: simple('deleteTargetFilter'),
  },
  DistributionSet: {
    update: simple('updateDistributionSet', ', description: "x"'),
    delete: simple('deleteDistributionSet'),
    assign: (id) =>
      `assignDistributionSet(input: { distributionSetId: "${id}", targets: { ids: ["${ids['Target']!.inner}"] }, dryRun: true }) { ${NOTHING} }`,
    rollOut: (id) =>
      `createRollout(input: { name: "", distributionSetId: "${id}", filter: "id==nobody" }) { ${NOTHING} }`,
  },
  SoftwareModule: {
    update: simple('updateSoftwareModule', ', description: "x"'),
    delete: simple('deleteSoftwareModule'),
    addArtifact: (id) => `createArtifactUpload(input: { moduleId: "${id}", filename: "f" }) { ${NOTHING} }`,
    deleteArtifact: (id) => `deleteArtifact(input: { moduleId: "${id}", id: "Artifact:1" }) { ${NOTHING} }`,
  },
  Rollout: {
    update: simple('updateRollout', ', description: "x"'),
    approve: simple('approveRollout'),
    start: simple('startRollout'),
    pause: simple('pauseRollout'),
    resume: simple('resumeRollout'),
    stop: simple('stopRollout'),
    triggerNextGroup: simple('triggerNextRolloutGroup'),
    delete: simple('deleteRollout'),
  },
  AutoAssignment: {
    update: simple('updateAutoAssignment', ', description: "x"'),
    approve: simple('approveAutoAssignment'),
    start: simple('startAutoAssignment'),
    pause: simple('pauseAutoAssignment'),
    resume: simple('resumeAutoAssignment'),
    delete: simple('deleteAutoAssignment'),
  },
  EnrollmentGroup: {
    update: simple('updateEnrollmentGroup', ', description: "x"'),
    delete: simple('deleteEnrollmentGroup'),
  },
  CertificateAuthority: {
    update: simple('updateCertificateAuthority', ', name: "other"'),
    delete: simple('deleteCertificateAuthority'),
  },
  Webhook: {
    update: simple('updateWebhook', ', name: "other"'),
    test: simple('testWebhook'),
    delete: simple('deleteWebhook'),
  },
  User: {
    update: simple('updateUser', ', grants: []'),
    setPassword: simple('updateUser', ', password: "another-quiet-secret"'),
    delete: simple('deleteUser'),
  },
  Role: { update: simple('updateRole', ', description: "x"'), delete: simple('deleteRole') },
  SoftwareModuleType: {
    update: simple('updateSoftwareModuleType', ', description: "x"'),
    delete: simple('deleteSoftwareModuleType'),
  },
  DistributionSetType: {
    update: simple('updateDistributionSetType', ', description: "x"'),
    delete: simple('deleteDistributionSetType'),
  },
  DistributionSetTag: {
    update: simple('updateDistributionSetTag', ', description: "x"'),
    delete: simple('deleteDistributionSetTag'),
  },
  Artifact: {
    delete: (id) => `deleteArtifact(input: { moduleId: "${freeModule}", id: "${id}" }) { ${NOTHING} }`,
  },
  PendingTarget: {
    approve: (id) => `approveTargets(input: { pendingTargets: { ids: ["${id}"] } }) { ${NOTHING} }`,
    reject: (id) => `rejectTargets(input: { pendingTargets: { ids: ["${id}"] } }) { ${NOTHING} }`,
  },
  ApiKey: { delete: simple('deleteApiKey') },
};
/** What these say is not a mutation. */
const READING = ['Target.readToken', 'SoftwareModule.downloadArtifact', 'Artifact.download'];

/** What the rights in the tenant are for; with nothing in it that could be created. */
const CREATIONS: Record<keyof typeof TENANT_RIGHTS, string> = {
  createTargets: 'createTargets(input: { targets: [] })',
  createTargetTypes: 'createTargetTypes(input: { targetTypes: [] })',
  createTargetTags: 'createTargetTags(input: { targetTags: [] })',
  createTargetFilters: 'createTargetFilter(input: { name: "", filter: "" })',
  createSoftwareModules: 'createSoftwareModules(input: { softwareModules: [] })',
  createSoftwareModuleTypes: 'createSoftwareModuleTypes(input: { softwareModuleTypes: [] })',
  createDistributionSets: 'createDistributionSets(input: { distributionSets: [] })',
  createDistributionSetTypes: 'createDistributionSetTypes(input: { distributionSetTypes: [] })',
  createDistributionSetTags: 'createDistributionSetTags(input: { distributionSetTags: [] })',
  createRollouts: 'createRollout(input: { name: "", distributionSetId: "x", filter: "id==x" })',
  createAutoAssignments: 'createAutoAssignment(input: { name: "", distributionSetId: "x", filter: "id==x" })',
  createEnrollmentGroups: 'createEnrollmentGroup(input: { name: "" })',
  createCertificateAuthorities: 'createCertificateAuthority(input: { name: "", certificate: "" })',
  createWebhooks: 'createWebhook(input: { name: "", url: "" })',
  createUsers: 'createUser(input: { username: "", password: "" })',
  createRoles: 'createRole(input: { name: "", grants: [] })',
  createTenants: 'createTenant(input: { name: "", adminUsername: "", adminPassword: "" })',
  setTenantConfiguration: 'setTenantConfiguration(input: {})',
  resetTenantConfiguration: 'resetTenantConfiguration(input: { keys: [] })',
};

/** Somebody with every permission but one, be it that others bring it along. */
function without(permission?: Permission): Ask {
  const context = fleet.tenant.contextOf();
  const permissions = new Map(context.caller.permissions);
  if (permission) permissions.delete(permission);
  return door.asCaller({ ...context, caller: { ...context.caller, permissions } });
}

async function rightsOf(ask: Ask, type: string, id: string): Promise<Record<string, boolean> | undefined> {
  const fields = Object.keys(RIGHTS[type as keyof typeof RIGHTS]).join(' ');
  const { data } = await ask(
    `query ($id: ID!) { node(id: $id) { ... on ${type} { viewerCan { ${fields} } } } }`,
    { id },
  );
  return data.node?.viewerCan;
}

/** Whether a verb is refused for a lack of permission, or because the thing is out of scope. */
async function isRefused(ask: Ask, verb: string, unseen = false): Promise<boolean> {
  const { data, errors } = await ask(`mutation { done: ${verb} }`);
  const codes = [
    ...errors.map(({ extensions }) => extensions.code),
    ...(data?.done.userErrors ?? []).map((one: Any) => one.code),
  ];
  expect(codes, verb).not.toContain('GRAPHQL_VALIDATION_FAILED');
  return codes.some((code) => code === 'FORBIDDEN' || (unseen && /_NOT_FOUND$/.test(code)));
}

it('has a verb for each right', () => {
  const rights = Object.entries(RIGHTS).flatMap(([type, flags]) =>
    Object.keys(flags).map((flag) => `${type}.${flag}`),
  );
  const verbs = Object.entries(VERBS).flatMap(([type, flags]) =>
    Object.keys(flags).map((flag) => `${type}.${flag}`),
  );
  expect([...verbs, ...READING].sort()).toEqual(rights.sort());
});

describe('what a caller can do', () => {
  it('in the tenant is what is not refused, whatever permission is missing', async () => {
    const flags = Object.keys(TENANT_RIGHTS) as (keyof typeof TENANT_RIGHTS)[];
    const callers: [string, Ask][] = [
      ...[...PERMISSIONS.filter((one) => !one.startsWith('DELETE_') || one.endsWith('CONFIGURATION'))].map(
        (one): [string, Ask] => [one, without(one)],
      ),
      ['TENANT_ADMIN', door.asCaller(fleet.tenant.contextOf([], ['TENANT_ADMIN']))],
      ['SYSTEM_ADMIN', door.asCaller(fleet.tenant.contextOf([], ['SYSTEM_ADMIN']))],
    ];
    for (const [name, ask] of callers) {
      const { data } = await ask(`{ viewer { viewerCan { ${flags.join(' ')} } } }`);
      for (const flag of flags)
        expect([name, flag, !(await isRefused(ask, `${CREATIONS[flag]} { ${NOTHING} }`))]).toEqual([
          name,
          flag,
          data.viewer.viewerCan[flag],
        ]);
    }
  }, 120_000);

  it('to targets and software is what their scope says, row by row', async () => {
    const context = fleet.tenant.contextOf();
    const scoped = (['TARGET', 'TARGET_TYPE', 'DISTRIBUTION_SET', 'SOFTWARE_MODULE'] as const).flatMap(
      (kind) => (['UPDATE', 'DELETE', 'CREATE'] as const).map((action) => `${action}_${kind}` as Permission),
    );
    const others = PERMISSIONS.filter((one) => !scoped.includes(one));
    const permissions = effectivePermissions([...others, ...scoped.map((one) => `${one}/name==inner`)], []);
    const ask = door.asCaller({ ...context, caller: { ...context.caller, permissions } });
    for (const type of ['Target', 'TargetType', 'DistributionSet', 'SoftwareModule']) {
      const { inner, outer } = ids[type]!;
      const flags = Object.keys(VERBS[type]!).filter((flag) => !['assign', 'rollOut'].includes(flag));
      const mine = await rightsOf(ask, type, inner);
      const theirs = await rightsOf(ask, type, outer!);
      for (const flag of flags) {
        expect([type, flag, mine![flag], theirs![flag]]).toEqual([type, flag, true, false]);
        expect([type, flag, await isRefused(ask, VERBS[type]![flag]!(outer!), true)]).toEqual([
          type,
          flag,
          true,
        ]);
      }
    }
  });

  it('to rollouts and auto-assignments follows the scope on targets', async () => {
    const context = fleet.tenant.contextOf();
    const others = PERMISSIONS.filter((one) => one !== 'UPDATE_TARGET');
    const permissions = effectivePermissions([...others, 'UPDATE_TARGET/name==inner'], []);
    const ask = door.asCaller({ ...context, caller: { ...context.caller, permissions } });
    for (const side of ['inner', 'outer'] as const)
      for (const type of ['Rollout', 'AutoAssignment']) {
        const rights = await rightsOf(ask, type, ids[type]![side]!);
        for (const [flag, may] of Object.entries(rights!)) {
          if (flag === 'delete') continue;
          expect([type, side, flag, !(await isRefused(ask, VERBS[type]![flag]!(ids[type]![side]!)))]).toEqual(
            [type, side, flag, may],
          );
        }
        expect([type, side, rights!['start']]).toEqual([type, side, type === 'Rollout' && side === 'inner']);
      }
  });

  it('is read with a statement for each right that has a filter, whatever the page, and with none without', async () => {
    const fields = Object.keys(RIGHTS.Target).join(' ');
    const query = (first: number, more: string) => `{ targets(first: ${first}) { nodes { id ${more} } } }`;
    const statementsOf = async (ask: Ask, first: number, more = `viewerCan { ${fields} }`) => {
      await ask(query(first, more));
      const before = door.statements;
      expect((await ask(query(first, more))).errors).toEqual([]);
      return door.statements - before;
    };
    const free = without();
    expect(await statementsOf(free, 3)).toBe(await statementsOf(free, 3, ''));
    const context = fleet.tenant.contextOf();
    const permissions = effectivePermissions(
      ['READ_TARGET', 'UPDATE_TARGET/name==*', 'DELETE_TARGET/name==*'],
      [],
    );
    const scoped = door.asCaller({ ...context, caller: { ...context.caller, permissions } });
    expect((await statementsOf(scoped, 3)) - (await statementsOf(scoped, 3, ''))).toBe(2);
    expect(await statementsOf(scoped, 3)).toBe(await statementsOf(scoped, 1));
  });

  it('to users is what they may grant, and never to delete themselves', async () => {
    const ask = door.asCaller(fleet.tenant.contextOf([], ['TENANT_ADMIN'], 'boss'));
    const { data } = await ask(
      '{ users(orderBy: [{ field: USERNAME, direction: ASC }]) { nodes { username viewerCan { update delete setPassword } } } }',
    );
    const all = { update: true, delete: true, setPassword: true };
    expect(data.users.nodes).toEqual([
      { username: 'boss', viewerCan: { ...all, delete: false } },
      { username: 'inner', viewerCan: all },
    ]);
    const inner = door.asCaller(fleet.tenant.contextOf([], [], 'inner'));
    expect(
      (await inner('{ viewer { user { viewerCan { update delete setPassword } } } }')).data.viewer.user
        .viewerCan,
    ).toEqual({
      update: false,
      delete: false,
      setPassword: true,
    });
  });

  it('to a thing is what is not refused, whatever permission is missing', async () => {
    const relevant = PERMISSIONS.filter(
      (one) => !/^(CREATE|READ)_.*TYPE$|^CREATE_(TENANT|AUTO|DIST)/.test(one) || one.endsWith('TARGET_TYPE'),
    );
    const flagsOf = new Map<string, Record<string, boolean> | undefined>();
    const callers = new Map([...relevant, undefined].map((one) => [one, without(one)]));
    callers.set(
      'TENANT_ADMIN' as Permission,
      door.asCaller(fleet.tenant.contextOf(undefined, ['TENANT_ADMIN'], 'boss')),
    );
    const types = Object.keys(VERBS);
    for (const [name, ask] of callers)
      for (const type of types) flagsOf.set(`${name} ${type}`, await rightsOf(ask, type, ids[type]!.inner));
    for (const [name, ask] of callers)
      for (const type of types)
        for (const [flag, may] of Object.entries(flagsOf.get(`${name} ${type}`) ?? {})) {
          const verb = VERBS[type]![flag];
          if (verb)
            expect([name, type, flag, !(await isRefused(ask, verb(ids[type]!.inner)))]).toEqual([
              name,
              type,
              flag,
              may,
            ]);
        }
  }, 120_000);
});
