import { describe, expect, it } from 'vitest';
import { createRole } from '../../../../src/services/access/roles/create.ts';
import { createCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/create.ts';
import { createEnrollmentGroup } from '../../../../src/services/devices/enrollment/create.ts';
import { createWebhook } from '../../../../src/services/platform/webhooks/create.ts';
import { createUser } from '../../../services/access/by-name.ts';
import { newAuthority } from '../../../support/certificates.ts';
import { idOf } from '../../../support/ids.ts';
import { openTestDoor } from '../support.ts';

const door = openTestDoor();
const { cert: certificate } = await newAuthority('Root');
const asAdmin = () => door.tenant.contextOf(undefined, ['TENANT_ADMIN']);

/** What each mutation is called with, and the fields it answers. */
const ENTITIES = {
  EnrollmentGroup: {
    create: async () => {
      const given = { name: 'n', description: 'd', targetGroup: 'g' };
      return { id: idOf('EnrollmentGroup', (await createEnrollmentGroup(asAdmin(), given)).group.id) };
    },
    fields: 'enrollmentGroup { description targetGroup expiresAt registrationLimit }',
  },
  Webhook: {
    create: async () => {
      const given = { name: 'n', url: 'https://example.org/', eventTypes: ['target.*'] };
      return { id: idOf('Webhook', (await createWebhook(asAdmin(), given)).webhook.id) };
    },
    fields: 'webhook { eventTypes }',
  },
  CertificateAuthority: {
    create: async () => ({
      id: idOf(
        'CertificateAuthority',
        (await createCertificateAuthority(asAdmin(), { name: 'n', certificate })).id,
      ),
    }),
    fields: 'certificateAuthority { name }',
  },
  User: {
    create: () =>
      createUser(asAdmin(), { username: 'ann', password: 'a-quiet-secret' }).then(({ id }) => ({
        id: idOf('User', id),
      })),
    fields: 'user { username }',
  },
  Role: {
    create: () =>
      createRole(asAdmin(), { name: 'fitter', description: 'd', permissions: [] }).then(({ id }) => ({
        id: idOf('Role', id),
      })),
    fields: 'role { description }',
  },
};

const update = async (entity: keyof typeof ENTITIES, given: object) => {
  const { create, fields } = ENTITIES[entity];
  const which = await create();
  const { data } = await door.asCaller(asAdmin())(
    `mutation ($input: Update${entity}Input!) {
      update: update${entity}(input: $input) { ${fields} userErrors { code path } }
    }`,
    { input: { ...which, ...given } },
  );
  return data.update;
};

describe('null in an update', () => {
  it.each([
    ['EnrollmentGroup', 'name'],
    ['EnrollmentGroup', 'allowedControllerIds'],
    ['EnrollmentGroup', 'deniedControllerIds'],
    ['EnrollmentGroup', 'appliesTo'],
    ['EnrollmentGroup', 'requiresApproval'],
    ['EnrollmentGroup', 'attributes'],
    ['EnrollmentGroup', 'tagIds'],
    ['Webhook', 'name'],
    ['Webhook', 'url'],
    ['Webhook', 'active'],
    ['CertificateAuthority', 'name'],
    ['CertificateAuthority', 'revokeSerials'],
    ['CertificateAuthority', 'reinstateSerials'],
    ['User', 'password'],
    ['User', 'grants'],
    ['User', 'builtInRoles'],
    ['User', 'roleIds'],
    ['Role', 'grants'],
  ] as const)('is refused for what cannot be cleared: %s.%s', async (entity, field) => {
    const { userErrors } = await update(entity, { [field]: null });
    expect(userErrors).toEqual([{ code: 'INVALID_INPUT', path: [field] }]);
  });

  it.each([
    [
      'EnrollmentGroup',
      'enrollmentGroup',
      { description: null, targetGroup: null, expiresAt: null, registrationLimit: null },
    ],
    ['Webhook', 'webhook', { eventTypes: null }],
  ] as const)('clears what can be cleared: %s', async (entity, field, cleared) => {
    expect(await update(entity, cleared)).toEqual({ [field]: cleared, userErrors: [] });
  });

  it('clears the description of a role', async () => {
    expect(await update('Role', { description: null })).toEqual({
      role: { description: null },
      userErrors: [],
    });
  });

  it('is refused for a configuration key', async () => {
    const { data } = await door.as()(
      'mutation { setTenantConfiguration(input: { pollingTime: null }) { userErrors { code path } } }',
    );
    expect(data.setTenantConfiguration.userErrors).toEqual([
      { code: 'INVALID_INPUT', path: ['pollingTime'] },
    ]);
  });
});
