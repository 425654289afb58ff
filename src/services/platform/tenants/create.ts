import { z } from 'zod';
import type { Transaction } from '../../../database/connect.ts';
import { tenants } from '../../../database/tables/tenants.ts';
import { tenantAlreadyExists } from '../../../errors.ts';
import { hashPassword } from '../../access/passwords.ts';
import { requireRole } from '../../access/permissions.ts';
import { Password, Username } from '../../access/users/input.ts';
import { insertUser } from '../../access/users/user.ts';
import { insertDefaultGroup } from '../../devices/enrollment/default-group.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { insertDefaultTypes } from './default-types.ts';

/** A tenant as callers get it. */
export interface TenantEntry {
  id: number;
  name: string;
  createdAt: Date;
  createdBy: string;
}

export const TENANT_COLUMNS = {
  id: tenants.tenantId,
  name: tenants.name,
  createdAt: tenants.createdAt,
  createdBy: tenants.createdBy,
};

/** First parts of the server's own paths: the devices of a tenant with such a name would get other answers. */
const RESERVED = new Set(
  'rest graphql graphiql health metrics console imports downloads assets api system'.split(' '),
);

const NewTenant = z.object({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/, 'must have 1 to 40 letters, digits, - and _')
    .refine((name) => !RESERVED.has(name.toLowerCase()), "must not be one of the server's own paths"),
  adminUsername: Username,
  adminPassword: Password,
});
export type CreateTenant = z.input<typeof NewTenant>;

/**
 * Creates a tenant and its first administrator. Needs SYSTEM_ADMIN.
 * @throws TENANT_ALREADY_EXISTS, also for another spelling of the name
 */
export async function createTenant(context: Context, input: CreateTenant): Promise<TenantEntry> {
  const caller = requireRole(context, 'SYSTEM_ADMIN');
  const { name, adminUsername, adminPassword } = parse(NewTenant, input);
  const passwordHash = await hashPassword(adminPassword);
  const author = { by: caller.username, at: context.clock() };

  return change(context, async (tx, changes) => {
    const tenant = await insertTenant(tx, name, author);
    if (!tenant) throw tenantAlreadyExists(name);
    const place = { tenantId: tenant.id, tenantName: tenant.name };
    const admin = {
      username: adminUsername,
      permissions: [],
      roles: ['TENANT_ADMIN' as const],
      passwordHash,
    };
    await insertUser(tx, place, admin, author);
    // Processes remember which names no tenant has.
    changes.settings();
    changes.record({ type: 'tenant.created', subjects: [tenant.name] });
    return tenant;
  });
}

/** Inserts a tenant with hawkBit's software types and its default enrollment group; undefined if the name is taken. */
export async function insertTenant(
  tx: Transaction,
  name: string,
  { by, at }: { by: string; at: Date },
): Promise<TenantEntry | undefined> {
  const [tenant] = await tx
    .insert(tenants)
    .values({ name, nameKey: name.toLowerCase(), createdAt: at, createdBy: by })
    .onConflictDoNothing({ target: tenants.nameKey })
    .returning(TENANT_COLUMNS);
  if (!tenant) return undefined;
  await insertDefaultTypes(tx, tenant.id, at);
  await insertDefaultGroup(tx, tenant.id, at);
  return tenant;
}
