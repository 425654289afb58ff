import type { Database } from '../database/connect.ts';
import type { Permission, Role } from './access/permissions.ts';
import type { Announcements } from './announcements.ts';
import type { TenantRegistry } from './tenants/registry.ts';
import type { SystemDefaults } from './tenants/settings.ts';

/** Who calls: an account of one tenant. */
export interface Caller {
  tenantId: number;
  tenantName: string;
  username: string;
  roles: ReadonlySet<Role>;
  /** What the account may do, its roles' permissions included. */
  permissions: ReadonlySet<Permission>;
}

/** What every service works with, whoever calls. */
export interface Platform {
  database: Database;
  clock: () => Date;
  announcements: Announcements;
  tenants: TenantRegistry;
  systemDefaults: SystemDefaults;
}

/** What a verb is called with. */
export interface Context extends Platform {
  caller: Caller;
}
