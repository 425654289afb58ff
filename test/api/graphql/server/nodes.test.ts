import { Readable } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../../../src/api/graphql/server/schema.ts';
import { jobs } from '../../../../src/database/tables/jobs.ts';
import { createRole } from '../../../../src/services/access/roles/create.ts';
import { createCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/create.ts';
import { rotateEnrollmentToken } from '../../../../src/services/devices/enrollment/rotate-token.ts';
import { setDerivationKey } from '../../../../src/services/devices/enrollment/set-derivation-key.ts';
import { createClaimCode } from '../../../../src/services/fleet/claims/create-code.ts';
import { beginImport } from '../../../../src/services/fleet/imports/begin.ts';
import { rotateTargetTokens } from '../../../../src/services/fleet/targets/rotate-tokens.ts';
import { createWebhook } from '../../../../src/services/platform/webhooks/create.ts';
import { uploadArtifact } from '../../../../src/services/software/artifacts/upload.ts';
import { createDistributionSetTags } from '../../../../src/services/software/distribution-set-tags/create.ts';
import { createApiKey, createUser } from '../../../services/access/by-name.ts';
import { type Fleet, makeFleet } from '../../../services/access/seen/fleet.ts';
import { newAuthority } from '../../../support/certificates.ts';
import { idOf } from '../../../support/ids.ts';
import { makeIssuing, storeCertificate } from '../../../support/issued.ts';
import { type Ask, codesOf, openTestDoor } from '../support.ts';

const door = openTestDoor();
const schema = buildSchema();
const nodeTypes = schema.getPossibleTypes(schema.getType('Node') as never).map(({ name }) => name);

/** Ids that the API gave out, by type. */
const EVERYTHING = `{
  targets(first: 3) { nodes { id certificate { id } tokenRotation { id } claimCode { id } actions(first: 3) { nodes { id statusHistory(first: 3) { nodes { id } } } } } }
  targetTags { nodes { id } } targetTypes { nodes { id } } targetFilters { nodes { id } }
  softwareModules(first: 9) { nodes { id artifacts { id } } } softwareModuleTypes { nodes { id } }
  distributionSets { nodes { id } } distributionSetTags { nodes { id } } distributionSetTypes { nodes { id } }
  rollouts(first: 3) { nodes { id groups(first: 3) { nodes { id } } } } autoAssignments { nodes { id } }
  enrollmentGroups { nodes { id tokens { id } derivationKeys { id } } } pendingTargets { nodes { id } } certificateAuthorities { nodes { id } }
  users { nodes { id } } roles { nodes { id } } apiKeys { nodes { id } } tenantConfiguration { id }
  auditEvents { nodes { id } } webhooks { nodes { id } } }`;

let fleet: Fleet;
let ask: Ask;
const given = new Map<string, string>();

const note = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    if (name === 'id') given.set(String(part).split(':')[0]!, String(part));
    else note(part);
  }
};

beforeAll(async () => {
  fleet = await makeFleet(door.platform);
  const admin = fleet.tenant.contextOf(undefined, ['TENANT_ADMIN', 'SYSTEM_ADMIN'], 'boss');
  await createUser(admin, { username: 'boss', password: 'a-quiet-secret', roles: ['TENANT_ADMIN'] });
  await createRole(admin, { name: 'fitter', permissions: [] });
  await createApiKey(admin, { name: 'key', permissions: ['READ_TARGET'] });
  const { cert } = await newAuthority('Root');
  await createCertificateAuthority(admin, { name: 'root', certificate: cert });
  await createDistributionSetTags(admin, { distributionSetTags: [{ name: 'tag' }] });
  const { webhook } = await createWebhook(admin, { name: 'hook', url: 'https://example.org' });
  await rotateTargetTokens(admin, { filter: 'id==inner' });
  await createClaimCode(admin, { controllerId: 'inner' });
  await storeCertificate(admin, 'inner', (await makeIssuing(admin, 'issues')).id);
  ask = door.asCaller(admin);
  const groups = (await ask('{ enrollmentGroups(filter: "name==inner") { nodes { number } } }')).data;
  const groupId = groups.enrollmentGroups.nodes[0].number;
  await rotateEnrollmentToken(admin, { groupId, overlap: '00:01:00' });
  await setDerivationKey(admin, { groupId, slot: 'primary' });
  const modules = (
    await ask(
      'mutation { createSoftwareModules(input: { softwareModules: [{ type: { key: "inner" }, name: "unused", version: "1" }] }) { softwareModules { number } } }',
    )
  ).data.createSoftwareModules.softwareModules;
  await uploadArtifact(admin, {
    moduleId: modules[0].number,
    content: Readable.from([Buffer.from('x')]),
    details: async () => ({ filename: 'file' }),
  });
  const { id: importId } = await beginImport(admin, { format: 'csv' });
  const found = await ask(EVERYTHING);
  expect(found.errors).toEqual([]);
  note(found.data);
  given.set('Import', idOf('Import', importId));
  const at = admin.clock();
  const [job] = await admin.database
    .insert(jobs)
    .values({
      tenantId: admin.caller.tenantId,
      kind: 'delete_targets',
      state: 'finished',
      filter: 'id==none',
      parameters: {},
      total: 0,
      upTo: 0,
      username: 'boss',
      hasAccount: true,
      grants: [],
      channel: 'GRAPHQL',
      createdAt: at,
      updatedAt: at,
      endedAt: at,
    })
    .returning({ id: jobs.id });
  given.set('Job', idOf('Job', job!.id));
  given.set('Tenant', idOf('Tenant', admin.caller.tenantId));
  note(
    (
      await ask(`query ($id: ID!) { webhookDeliveries(webhookId: $id) { nodes { id } } }`, {
        id: idOf('Webhook', webhook.id),
      })
    ).data,
  );
});

/** Types that are found as parts of something only. */
const WITHOUT_LOOKUP = ['TenantConfiguration', 'TokenRotation', 'ClaimCode'];
/** Everyone may ask for their own. */
const OF_ONES_OWN = ['ApiKey', 'Job'];
const lookupOf = (type: string) => `${type[0]!.toLowerCase()}${type.slice(1)}`;

it('gives out an id of every type of Node', () => {
  expect([...given.keys()].sort()).toEqual([...nodeTypes].sort());
});

describe.each(nodeTypes)('%s', (type) => {
  const lookup = `query ($id: ID!) { found: ${lookupOf(type)}(id: $id) { id __typename } }`;
  const node = 'query ($id: ID!) { found: node(id: $id) { id __typename } }';
  const lookups = WITHOUT_LOOKUP.includes(type) ? [node] : [node, lookup];

  it('is found by the id that was given out, compiled or not', async () => {
    const id = given.get(type)!;
    for (const query of lookups)
      for (let time = 0; time < 4; time++) {
        const { data, errors } = await ask(query, { id });
        expect([errors, data.found]).toEqual([[], { id, __typename: type }]);
      }
  });

  it('is not found by anything else, nor by others', async () => {
    const id = given.get(type)!;
    const [, number] = id.split(':');
    const ofOther = nodeTypes.find((name) => name !== type);
    for (const wrong of [
      number,
      `${type}:0`,
      `${type}:9007199254740991`,
      `${id}0000000`,
      `x${id}`,
      `${id} `,
      '',
    ])
      for (const query of lookups) expect((await ask(query, { id: wrong })).data).toEqual({ found: null });
    if (lookups.length > 1)
      expect((await ask(lookup, { id: `${ofOther}:${number}` })).data).toEqual({ found: null });
    // Another tenant's administrator; tenants are what a system administrator sees all of.
    const others = door.as(undefined, ['TENANT_ADMIN']);
    if (type === 'Tenant') return;
    for (const query of lookups) expect((await others(query, { id })).data).toEqual({ found: null });
  });

  it('is null for who may do nothing, and FORBIDDEN unless they have some of their own', async () => {
    const nobody = door.asCaller(fleet.tenant.contextOf([], [], 'nobody'));
    for (const query of lookups) {
      const answer = await nobody(query, { id: given.get(type)! });
      expect([answer.data, codesOf(answer)]).toEqual([
        { found: null },
        OF_ONES_OWN.includes(type) ? [] : ['FORBIDDEN'],
      ]);
    }
  });
});

describe('nodes', () => {
  const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Target { controllerId } } }';

  it('shows what the caller may read, and is FORBIDDEN once for the rest', async () => {
    const some = door.asCaller(fleet.tenant.contextOf(['READ_TARGET'], [], 'some'));
    const [target, module] = [given.get('Target')!, given.get('SoftwareModule')!];
    const answer = await some(query, { ids: [module, target, module] });
    expect(answer.data.nodes).toEqual([null, { id: target, controllerId: expect.any(String) }, null]);
    expect(codesOf(answer)).toEqual(['FORBIDDEN']);
  });

  it('finds what is there, in the order of the ids', async () => {
    const target = given.get('Target')!;
    const role = given.get('Role')!;
    const { data } = await ask(query, { ids: [role, 'nonsense', target, role] });
    expect(data.nodes).toEqual([
      { id: role },
      null,
      { id: target, controllerId: expect.any(String) },
      { id: role },
    ]);
  });

  it('reads as much as needed for one, whatever the number of ids', async () => {
    const targets = (await ask('{ targets { nodes { id } } }')).data.targets.nodes;
    const count = async (ids: string[]) => {
      const before = door.statements;
      expect((await ask(query, { ids })).data.nodes).toHaveLength(ids.length);
      return door.statements - before;
    };
    const all = targets.map(({ id }: { id: string }) => id);
    expect(all.length).toBeGreaterThan(2);
    await count(all);
    expect(await count(all)).toBe(await count(all.slice(0, 1)));
  });

  it('takes 100 ids and no more', async () => {
    const ids = (length: number) => Array(length).fill(given.get('Target'));
    expect((await ask(query, { ids: ids(100) })).errors).toEqual([]);
    expect((await ask(query, { ids: ids(101) })).errors[0].extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      userErrors: [{ code: 'INVALID_INPUT', path: ['ids'] }],
    });
  });

  it('shows what a scope includes, and null for the rest', async () => {
    const some = door.asCaller(fleet.tenant.contextOf(['READ_TARGET/id==inner'], [], 'some'));
    const targets = (await ask('{ targets { nodes { id controllerId } } }')).data.targets.nodes;
    const ids = targets.map(({ id }: { id: string }) => id);
    const { data } = await some(query, { ids });
    expect(data.nodes).toEqual(
      targets.map((target: { controllerId: string }) => (target.controllerId === 'inner' ? target : null)),
    );
  });
});
