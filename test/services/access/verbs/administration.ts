import { createRole } from '../../../../src/services/access/roles/create.ts';
import { findRoles } from '../../../../src/services/access/roles/find.ts';
import { listRoles } from '../../../../src/services/access/roles/list.ts';
import { findUsers } from '../../../../src/services/access/users/find.ts';
import { listUsers } from '../../../../src/services/access/users/list.ts';
import { createCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/create.ts';
import { deleteCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/delete.ts';
import { findCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/find.ts';
import { listCertificateAuthorities } from '../../../../src/services/devices/certificate-authorities/list.ts';
import { updateCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/update.ts';
import { updateTarget } from '../../../../src/services/fleet/targets/update.ts';
import { findAuditEvents, listAuditEvents } from '../../../../src/services/platform/audit/list.ts';
import { createTenant } from '../../../../src/services/platform/tenants/create.ts';
import { generateGatewayToken } from '../../../../src/services/platform/tenants/generate-gateway-token.ts';
import {
  findConfiguration,
  listConfiguration,
} from '../../../../src/services/platform/tenants/get-configuration.ts';
import { findTenants, listTenants } from '../../../../src/services/platform/tenants/list.ts';
import { findQuotas, listQuotas, setTenantQuotas } from '../../../../src/services/platform/tenants/quotas.ts';
import { resetConfiguration } from '../../../../src/services/platform/tenants/reset-configuration.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import { createWebhook } from '../../../../src/services/platform/webhooks/create.ts';
import { deleteWebhook } from '../../../../src/services/platform/webhooks/delete.ts';
import { findWebhooks } from '../../../../src/services/platform/webhooks/find.ts';
import { listWebhooks } from '../../../../src/services/platform/webhooks/list.ts';
import {
  findWebhookDeliveries,
  listWebhookDeliveries,
} from '../../../../src/services/platform/webhooks/list-deliveries.ts';
import { redeliver } from '../../../../src/services/platform/webhooks/redeliver.ts';
import { testWebhook } from '../../../../src/services/platform/webhooks/test.ts';
import { updateWebhook } from '../../../../src/services/platform/webhooks/update.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newAuthority } from '../../../support/certificates.ts';
import { allOf } from '../../../support/lists.ts';
import { createApiKey, createUser, deleteRole, deleteUser, updateRole, updateUser } from '../by-name.ts';
import { ITS_OWN, type Verb, type Verbs } from './verb.ts';
import type { Side } from './world.ts';

const makeUser = (admin: Context, { name }: Side) =>
  createUser(admin, { username: name, password: 'a-quiet-secret', permissions: [], roles: [] });
const makeRole = (admin: Context, { name }: Side) => createRole(admin, { name, permissions: [] });

/** A verb on a user, and on a role, that is there. */
const onUser = (verb: Omit<Verb, 'given' | 'needs'>): Verb => ({
  ...verb,
  needs: ['TENANT_ADMIN'],
  given: makeUser,
});
const onRole = (verb: Omit<Verb, 'given' | 'needs'>): Verb => ({
  ...verb,
  needs: ['TENANT_ADMIN'],
  given: makeRole,
});

export const ACCESS_VERBS: Verbs = {
  createUser: {
    needs: ['TENANT_ADMIN'],
    call: (c) => createUser(c, { username: 'new', password: 'a-quiet-secret', permissions: [], roles: [] }),
    elsewhere: ITS_OWN,
  },
  updateUser: onUser({
    call: (c, { name }) => updateUser(c, { username: name, permissions: ['READ_TARGET'] }),
    elsewhere: 'USER_NOT_FOUND',
  }),
  deleteUser: onUser({
    call: (c, { name }) => deleteUser(c, { username: name }),
    elsewhere: 'USER_NOT_FOUND',
  }),
  findUsers: {
    needs: ['TENANT_ADMIN'],
    given: async (admin, side) => void ids.set(side, (await makeUser(admin, side)).id),
    call: (c, side) => findUsers(c, [idOf(side)]),
    elsewhere: [undefined],
  },
  listUsers: onUser({
    call: async (c, { name }) => (await allOf(listUsers(c, {}))).some(({ username }) => username === name),
    elsewhere: false,
  }),
  createApiKey: onUser({
    call: (c, { name }) => createApiKey(c, { name: 'new', owner: name, permissions: ['READ_TARGET'] }),
    elsewhere: 'USER_NOT_FOUND',
  }),
  createRole: {
    needs: ['TENANT_ADMIN'],
    call: (c) => createRole(c, { name: 'new', permissions: [] }),
    elsewhere: ITS_OWN,
  },
  updateRole: onRole({
    call: (c, { name }) => updateRole(c, { name, description: 'new' }),
    elsewhere: 'ROLE_NOT_FOUND',
  }),
  deleteRole: onRole({ call: (c, { name }) => deleteRole(c, { name }), elsewhere: 'ROLE_NOT_FOUND' }),
  findRoles: {
    needs: ['TENANT_ADMIN'],
    given: async (admin, side) => void ids.set(side, (await makeRole(admin, side)).id),
    call: (c, side) => findRoles(c, [idOf(side)]),
    elsewhere: [undefined],
  },
  listRoles: onRole({
    call: async (c, { name }) => (await allOf(listRoles(c))).some((role) => role.name === name),
    elsewhere: false,
  }),
};

export const TENANT_VERBS: Verbs = {
  createTenant: {
    needs: ['SYSTEM_ADMIN'],
    call: (c, { targetId }) =>
      createTenant(c, { name: `new-${targetId}`, adminUsername: 'admin', adminPassword: 'a-quiet-secret' }),
    elsewhere: ITS_OWN,
  },
  findTenants: {
    needs: ['SYSTEM_ADMIN'],
    call: (c) => findTenants(c, [c.caller.tenantId]),
    elsewhere: ITS_OWN,
  },
  findQuotas: {
    needs: ['SYSTEM_ADMIN'],
    call: (c) => findQuotas(c, [c.caller.tenantId]),
    elsewhere: ITS_OWN,
  },
  listQuotas: { needs: ['READ_TENANT_CONFIGURATION'], call: (c) => listQuotas(c), elsewhere: ITS_OWN },
  setTenantQuotas: {
    needs: ['SYSTEM_ADMIN'],
    call: (c) => setTenantQuotas(c, { tenantId: c.caller.tenantId, quotas: [{ kind: 'roles', limit: 9 }] }),
    elsewhere: ITS_OWN,
  },
  listTenants: {
    needs: ['SYSTEM_ADMIN'],
    call: (c) => listTenants(c, {}),
    elsewhere: ITS_OWN,
  },
  listConfiguration: {
    needs: ['READ_TENANT_CONFIGURATION'],
    call: (c) => listConfiguration(c),
    elsewhere: ITS_OWN,
  },
  findConfiguration: {
    needs: ['READ_TENANT_CONFIGURATION'],
    given: (admin) => setConfiguration(admin, { pollingTime: '00:10:00' }),
    call: async (c) => (await findConfiguration(c, 'pollingTime')).origin,
    elsewhere: 'default',
  },
  setConfiguration: {
    needs: ['UPDATE_TENANT_CONFIGURATION'],
    call: (c) => setConfiguration(c, { pollingTime: '00:10:00' }),
    elsewhere: ITS_OWN,
  },
  'setConfiguration of the gateway token': {
    needs: ['UPDATE_TENANT_CONFIGURATION', 'READ_GATEWAY_SECURITY_TOKEN'],
    call: (c) => setConfiguration(c, { pollingTime: '00:10:00', 'authentication.gatewaytoken.key': 'mine' }),
    elsewhere: ITS_OWN,
  },
  resetConfiguration: {
    needs: ['DELETE_TENANT_CONFIGURATION'],
    call: (c) => resetConfiguration(c, ['pollingTime']),
    elsewhere: ITS_OWN,
  },
  generateGatewayToken: {
    needs: ['UPDATE_TENANT_CONFIGURATION', 'READ_GATEWAY_SECURITY_TOKEN'],
    call: (c) => generateGatewayToken(c),
    elsewhere: ITS_OWN,
  },
  findAuditEvents: {
    needs: ['READ_AUDIT'],
    async given(admin, side) {
      const { items } = await (await listAuditEvents(admin, { subject: side.name })).page();
      ids.set(side, items[0]!.id);
    },
    call: (c, side) => findAuditEvents(c, [idOf(side)]),
    elsewhere: [undefined],
  },
  listAuditEvents: {
    needs: ['READ_AUDIT'],
    call: async (c, { name }) => (await (await listAuditEvents(c, { subject: name })).total()) > 0,
    elsewhere: false,
  },
};

const CERTIFICATES = await Promise.all(['inner', 'outer', 'new'].map((name) => newAuthority(name)));
const certificateOf = (name: string) => CERTIFICATES[['inner', 'outer', 'new'].indexOf(name)]!.cert;

const ids = new WeakMap<Side, number>();
const idOf = (side: Side): number => ids.get(side)!;

/** A verb on a certificate authority, and on a webhook, that is there. */
const givenAuthority: Verb['given'] = async (admin, side) => {
  const certificate = certificateOf(side.name);
  ids.set(side, (await createCertificateAuthority(admin, { name: side.name, certificate })).id);
};
const onAuthority = (verb: Omit<Verb, 'given'>): Verb => ({ ...verb, given: givenAuthority });
const deliveries = new WeakMap<Side, number>();
const url = 'https://example.org';
const givenWebhook: Verb['given'] = async (admin, side) => {
  ids.set(side, (await createWebhook(admin, { name: side.name, url })).webhook.id);
  await updateTarget(admin, { controllerId: side.name, description: 'to be delivered' });
  const { items } = await (await listWebhookDeliveries(admin, idOf(side), {})).page();
  deliveries.set(side, items[0]!.id);
};
const onWebhook = (verb: Omit<Verb, 'given'>): Verb => ({ ...verb, given: givenWebhook });

export const AUTHORITY_VERBS: Verbs = {
  createCertificateAuthority: {
    needs: ['CREATE_TENANT_CONFIGURATION', 'READ_GATEWAY_SECURITY_TOKEN'],
    call: (c) => createCertificateAuthority(c, { name: 'new', certificate: certificateOf('new') }),
    elsewhere: ITS_OWN,
  },
  updateCertificateAuthority: onAuthority({
    needs: ['UPDATE_TENANT_CONFIGURATION'],
    call: (c, side) => updateCertificateAuthority(c, { id: idOf(side), revokeSerials: ['1'] }),
    elsewhere: 'CERTIFICATE_AUTHORITY_NOT_FOUND',
  }),
  deleteCertificateAuthority: onAuthority({
    needs: ['DELETE_TENANT_CONFIGURATION'],
    call: (c, side) => deleteCertificateAuthority(c, { id: idOf(side) }),
    elsewhere: 'CERTIFICATE_AUTHORITY_NOT_FOUND',
  }),
  findCertificateAuthority: onAuthority({
    needs: ['READ_TENANT_CONFIGURATION'],
    call: (c, side) => findCertificateAuthority(c, idOf(side)),
    elsewhere: 'CERTIFICATE_AUTHORITY_NOT_FOUND',
  }),
  listCertificateAuthorities: onAuthority({
    needs: ['READ_TENANT_CONFIGURATION'],
    call: async (c, { name }) => (await listCertificateAuthorities(c, { filter: `name==${name}` })).total(),
    elsewhere: 0,
  }),
};

export const WEBHOOK_VERBS: Verbs = {
  createWebhook: {
    needs: ['CREATE_TENANT_CONFIGURATION', 'READ_AUDIT'],
    call: (c) => createWebhook(c, { name: 'new', url }),
    elsewhere: ITS_OWN,
  },
  updateWebhook: onWebhook({
    needs: ['UPDATE_TENANT_CONFIGURATION', 'READ_AUDIT'],
    call: (c, side) => updateWebhook(c, { id: idOf(side), name: 'new' }),
    elsewhere: 'WEBHOOK_NOT_FOUND',
  }),
  deleteWebhook: onWebhook({
    needs: ['DELETE_TENANT_CONFIGURATION'],
    call: (c, side) => deleteWebhook(c, { id: idOf(side) }),
    elsewhere: 'WEBHOOK_NOT_FOUND',
  }),
  redeliver: onWebhook({
    needs: ['UPDATE_TENANT_CONFIGURATION'],
    call: (c, side) => redeliver(c, { webhookId: idOf(side), filter: 'state==failed' }),
    elsewhere: 'WEBHOOK_NOT_FOUND',
  }),
  testWebhook: onWebhook({
    needs: ['UPDATE_TENANT_CONFIGURATION', 'READ_AUDIT'],
    call: (c, side) => testWebhook(c, { id: idOf(side) }),
    elsewhere: 'WEBHOOK_NOT_FOUND',
  }),
  findWebhooks: onWebhook({
    needs: ['READ_TENANT_CONFIGURATION'],
    call: async (c, side) => (await findWebhooks(c, [idOf(side)])).map((found) => found?.name),
    elsewhere: [undefined],
  }),
  findWebhookDeliveries: onWebhook({
    needs: ['READ_TENANT_CONFIGURATION', 'READ_AUDIT'],
    call: async (c, side) =>
      (await findWebhookDeliveries(c, [deliveries.get(side)!])).map((found) => found?.type),
    elsewhere: [undefined],
  }),
  listWebhooks: onWebhook({
    needs: ['READ_TENANT_CONFIGURATION'],
    call: async (c, { name }) => (await listWebhooks(c, { filter: `name==${name}` })).total(),
    elsewhere: 0,
  }),
  listWebhookDeliveries: onWebhook({
    needs: ['READ_TENANT_CONFIGURATION', 'READ_AUDIT'],
    call: async (c, side) => (await listWebhookDeliveries(c, idOf(side), {})).total(),
    elsewhere: 'WEBHOOK_NOT_FOUND',
  }),
};
