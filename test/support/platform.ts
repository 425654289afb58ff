import { randomBytes } from 'node:crypto';
import { openPool } from '../../src/database/connect.ts';
import { tenants } from '../../src/database/tables/tenants.ts';
import {
  effectivePermissions,
  type Grant,
  PERMISSIONS,
  type Role,
} from '../../src/services/access/permissions.ts';
import { openAnnouncements } from '../../src/services/announcements.ts';
import type { Context, Platform } from '../../src/services/context.ts';
import { openTenantRegistry } from '../../src/services/tenants/registry.ts';
import { testConnection } from './database.ts';

export interface TestPlatform {
  platform: Platform;
  close(): Promise<void>;
}

/** What a process of the server has. Opened twice, it is two processes on one database. */
export async function openTestPlatform(): Promise<TestPlatform> {
  const pool = openPool(testConnection(), { connections: 5, prepare: true });
  const announcements = await openAnnouncements(testConnection(), (error) => console.error(error));
  const systemDefaults = { targetTokenEnabled: true, gatewayTokenEnabled: false };
  return {
    platform: {
      database: pool.database,
      clock: () => new Date(),
      announcements,
      tenants: openTenantRegistry(pool.database, announcements, systemDefaults),
      systemDefaults,
    },
    async close() {
      await announcements.close();
      await pool.close();
    },
  };
}

export interface TestTenant {
  tenantId: number;
  name: string;
  /** The context of a caller `tester`: with every permission and no role, unless told otherwise. */
  contextOf(permissions?: readonly Grant[], roles?: readonly Role[], username?: string): Context;
}

/** A tenant of the test's own, without any account. */
export async function newTenant(platform: Platform): Promise<TestTenant> {
  const name = `Test-${randomBytes(8).toString('hex')}`;
  const [tenant] = await platform.database
    .insert(tenants)
    .values({ name, nameKey: name.toLowerCase(), createdAt: platform.clock(), createdBy: 'test' })
    .returning({ tenantId: tenants.tenantId });
  const { tenantId } = tenant!;
  return {
    tenantId,
    name,
    contextOf: (permissions = PERMISSIONS, roles = [], username = 'tester') => ({
      ...platform,
      caller: {
        tenantId,
        tenantName: name,
        username,
        kind: 'USER',
        roles: new Set(roles),
        permissions: effectivePermissions(permissions, roles),
      },
      origin: { door: 'GRAPHQL', address: '192.0.2.1' },
    }),
  };
}
