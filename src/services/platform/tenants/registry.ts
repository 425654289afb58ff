import { eq, sql } from 'drizzle-orm';
import type { Database } from '../../../database/connect.ts';
import { prepared } from '../../../database/prepared.ts';
import { tenantConfiguration, tenants } from '../../../database/tables/tenants.ts';
import {
  type AuthorityRow,
  authoritiesOfTenant,
  type TrustedAuthority,
  trustedAuthority,
} from '../../devices/certificate-authorities/trusted.ts';
import {
  type EnrollmentRows,
  type EnrollmentRules,
  enrollmentOf,
  readEnrollment,
} from '../../devices/enrollment/rules.ts';
import { boundedCache } from '../../shared/bounded-cache.ts';
import type { Announcements } from '../announcements.ts';
import type { ConfigurationValue } from './configuration-keys.ts';
import { resolveSettings, type TenantSettings } from './settings.ts';
import type { SystemDefaults } from './system-defaults.ts';

/**
 * A tenant as it is now. After a change of anything tenant-wide there is another object, so what was derived from
 * the old one can be told by identity.
 */
export interface Tenant {
  tenantId: number;
  name: string;
  settings: TenantSettings;
  /** By id. */
  certificateAuthorities: readonly TrustedAuthority[];
  enrollment: EnrollmentRules;
}

/** The tenants this process has met, with their settings: read once, and again after every change. */
export interface TenantRegistry {
  /** The tenant of that name, in any letter case, where it is in memory and may be trusted: for the poll path. */
  peek(name: string): Tenant | undefined;
  /** The same by its id. */
  peekById(tenantId: number): Tenant | undefined;
  /** The tenant of that name, in any letter case. */
  byName(name: string): Promise<Tenant | undefined>;
  byId(tenantId: number): Promise<Tenant>;
  /** Used for names that no tenant has: a tenant without settings and without anything else. */
  nobody: Tenant;
}

/** More than any server has, as whoever runs it makes each: otherwise polls in turn would read one at each. */
const REMEMBERED = 100_000;
/** Names that no tenant has: anybody can send more. */
const UNKNOWN_REMEMBERED = 10_000;

interface Remembered {
  tenant: Tenant;
  /** What it was made from: read again and found unchanged, the old object stays. */
  fingerprint: string;
}

const idByName = prepared((database) =>
  database
    .select({ tenantId: tenants.tenantId })
    .from(tenants)
    .where(eq(tenants.nameKey, sql.placeholder('name')))
    .prepare('tenant_by_name'),
);
const withSettings = prepared((database) =>
  database
    .select({
      tenantId: tenants.tenantId,
      name: tenants.name,
      key: tenantConfiguration.key,
      value: tenantConfiguration.value,
    })
    .from(tenants)
    .leftJoin(tenantConfiguration, eq(tenantConfiguration.tenantId, tenants.tenantId))
    .where(eq(tenants.tenantId, sql.placeholder('tenantId')))
    .prepare('tenant_by_id'),
);
type Rows = Awaited<ReturnType<ReturnType<typeof withSettings>['execute']>>;

export function openTenantRegistry(
  database: Database,
  announcements: Announcements,
  system: SystemDefaults,
): TenantRegistry {
  const remembered = boundedCache<number, Remembered>(REMEMBERED);
  const idsByName = boundedCache<string, number>(REMEMBERED);
  const unknown = boundedCache<string, true>(UNKNOWN_REMEMBERED);
  /** Raised by every change: what was read before one must not be remembered after it. */
  let epoch = 0;
  announcements.subscribe({
    changed({ tenantId, controllerIds }) {
      if (controllerIds) return;
      epoch++;
      remembered.delete(tenantId);
      // It may be a new one.
      unknown.clear();
    },
    everything() {
      epoch++;
      remembered.clear();
      unknown.clear();
    },
  });

  const peekById = (tenantId: number | undefined) => {
    const found = tenantId === undefined ? undefined : remembered.get(tenantId);
    return found && announcements.trustworthy() ? found.tenant : undefined;
  };
  const isUnknown = (key: string) => unknown.has(key) && announcements.trustworthy();
  const peek = (name: string) => peekById(idsByName.get(name.toLowerCase()));
  const read = async (tenantId: number): Promise<Tenant | undefined> => {
    const began = epoch;
    const rows = await withSettings(database).execute({ tenantId });
    if (!rows[0]) return undefined;
    const { name } = rows[0];
    const [authorities, enrollment] = await Promise.all([
      authoritiesOfTenant(database).execute({ tenantId }),
      readEnrollment(database, tenantId),
    ]);
    const stored = { rows, authorities, enrollment };
    const fingerprint = fingerprintOf(stored);
    const known = remembered.get(tenantId);
    const tenant = known?.fingerprint === fingerprint ? known.tenant : tenantOf(stored, system);
    if (epoch !== began) return tenant;
    remembered.set(tenantId, { tenant, fingerprint });
    idsByName.set(name.toLowerCase(), tenantId);
    return tenant;
  };
  return {
    peek,
    peekById,
    async byName(name) {
      const key = name.toLowerCase();
      const known = peek(name);
      if (known || isUnknown(key)) return known;
      const began = epoch;
      const [named] = await idByName(database).execute({ name: key });
      const tenant = named && (await read(named.tenantId));
      if (!tenant && epoch === began) unknown.set(key, true);
      return tenant;
    },
    async byId(tenantId) {
      const tenant = peekById(tenantId) ?? (await read(tenantId));
      if (!tenant) throw new Error(`tenant ${tenantId} is gone`);
      return tenant;
    },
    nobody: tenantOf(
      {
        rows: [{ tenantId: 0, name: '', key: null, value: null }],
        authorities: [],
        enrollment: NO_ENROLLMENT,
      },
      system,
    ),
  };
}

const NO_ENROLLMENT: EnrollmentRows = { groups: [], tokens: [], derivationKeys: [] };

interface Stored {
  /** At least one. */
  rows: Rows;
  authorities: AuthorityRow[];
  enrollment: EnrollmentRows;
}

const ownValues = (rows: Rows) =>
  new Map(rows.flatMap(({ key, value }) => (key !== null && value !== null ? [[key, value] as const] : [])));

function fingerprintOf({
  rows,
  authorities,
  enrollment: { groups, tokens, derivationKeys },
}: Stored): string {
  const changes = [authorities, groups].map((list) =>
    list.map(({ id, lastModifiedAt }) => [id, lastModifiedAt]),
  );
  // Secrets may be encrypted again without any other change.
  const issuing = authorities.map((authority) => authority.issuing);
  const hooks = groups.map(({ hook }) => hook);
  return JSON.stringify([
    rows[0]!.name,
    [...ownValues(rows)].sort(),
    changes,
    issuing,
    hooks,
    tokens,
    derivationKeys,
  ]);
}

function tenantOf({ rows, authorities, enrollment }: Stored, system: SystemDefaults): Tenant {
  const own: Map<string, ConfigurationValue> = ownValues(rows);
  const { tenantId, name } = rows[0]!;
  const settings = resolveSettings(own, system);
  return {
    tenantId,
    name,
    settings,
    certificateAuthorities: authorities.map(trustedAuthority),
    enrollment: enrollmentOf(enrollment, settings),
  };
}
