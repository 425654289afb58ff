import { randomBytes } from 'node:crypto';
import { openPool, type Pool } from '../../src/database/connect.ts';
import {
  effectivePermissions,
  type Grant,
  PERMISSIONS,
  type Role,
} from '../../src/services/access/grants.ts';
import { openPlatform } from '../../src/services/platform/platform.ts';
import { insertTenant } from '../../src/services/platform/tenants/create.ts';
import type { Context, Platform } from '../../src/services/shared/context.ts';
import { openSecrets } from '../../src/services/shared/secrets.ts';
import { folderStore } from '../../src/storage/folder.ts';
import { openSmallContents } from '../../src/storage/small-contents.ts';
import { testConnection } from './database.ts';
import { newFolder } from './folder.ts';

export interface TestPlatform {
  platform: Platform;
  /** What the platform's statements go through. */
  client: Pool['client'];
  close(): Promise<void>;
}

/** What a process of the server has. Opened twice, it is two processes on one database: that of this worker, unless told. */
export async function openTestPlatform(
  connection = testConnection(),
  secrets = openSecrets(undefined),
  connections = 5,
  privateWebhooks = true,
): Promise<TestPlatform> {
  const pool = openPool(connection, { connections, prepare: true, pipelines: true });
  const systemDefaults = {
    targetTokenEnabled: true,
    gatewayTokenEnabled: false,
    given: { targetTokenEnabled: false, gatewayTokenEnabled: false },
    privateWebhooks,
    mostTargets: 2_000_000,
    deviceWrites: { atOnce: 1_000, perMinute: 60 },
  };
  const store = folderStore(newFolder());
  const small = openSmallContents(store, 1 << 20);
  const storage = { store, small, onLost() {}, largest: 1 << 20, largestTenant: 2 << 20 };
  const opened = await openPlatform(pool, connection, { systemDefaults, storage, secrets }, (error) =>
    console.error(error),
  );
  return {
    client: pool.client,
    platform: opened.platform,
    async close() {
      await opened.close();
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
  const tenant = await platform.database.transaction((tx) =>
    insertTenant(tx, name, { by: 'test', at: platform.clock() }),
  );
  const tenantId = tenant!.id;
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
      origin: { channel: 'GRAPHQL', address: '192.0.2.1' },
    }),
  };
}
