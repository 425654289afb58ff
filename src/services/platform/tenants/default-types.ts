import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import {
  distributionSetTypeModuleTypes,
  distributionSetTypes,
} from '../../../database/tables/distribution-sets.ts';
import { softwareModuleTypes } from '../../../database/tables/software.ts';
import { tenantConfiguration } from '../../../database/tables/tenants.ts';
import { DEFAULT_SET_TYPE_KEY } from './configuration-keys.ts';

/** As in hawkBit: the largest number means any number. */
const ANY_NUMBER = 2 ** 31 - 1;

const MODULE_TYPES = [
  { key: 'os', name: 'OS', description: 'Core firmware or operating system', maxAssignments: 1 },
  { key: 'application', name: 'Application', description: 'Application Addons', maxAssignments: ANY_NUMBER },
];

const SET_TYPES = [
  { key: 'os', name: 'OS only', description: 'Default type with Firmware/OS only.' },
  { key: 'app', name: 'App(s) only', description: 'Default type with app(s) only.' },
  {
    key: 'os_app',
    name: 'OS with app(s)',
    description: 'Default type with Firmware/OS and optional app(s).',
  },
];

/** Which module types sets of a type have: set type, module type, mandatory. */
const ELEMENTS = [
  ['os', 'os', true],
  ['app', 'application', true],
  ['os_app', 'os', true],
  ['os_app', 'application', false],
] as const;

/** Gives a new tenant the software types that every hawkBit tenant has. */
export async function insertDefaultTypes(tx: Transaction, tenantId: number, now: Date): Promise<void> {
  const authorship = { createdAt: now, createdBy: 'system', lastModifiedAt: now, lastModifiedBy: 'system' };
  const moduleTypes = await tx
    .insert(softwareModuleTypes)
    .values(MODULE_TYPES.map((type) => ({ tenantId, ...type, minArtifacts: 0, ...authorship })))
    .returning({ id: softwareModuleTypes.id, key: softwareModuleTypes.key });
  const setTypes = await tx
    .insert(distributionSetTypes)
    .values(SET_TYPES.map((type) => ({ tenantId, ...type, ...authorship })))
    .returning({ id: distributionSetTypes.id, key: distributionSetTypes.key });
  const idOf = (types: { id: number; key: string }[], wanted: string) =>
    types.find(({ key }) => key === wanted)!.id;
  await tx.insert(distributionSetTypeModuleTypes).values(
    ELEMENTS.map(([setType, moduleType, mandatory]) => ({
      tenantId,
      setTypeId: idOf(setTypes, setType),
      moduleTypeId: idOf(moduleTypes, moduleType),
      mandatory,
    })),
  );
  const value = idOf(setTypes, 'os_app');
  await tx.insert(tenantConfiguration).values({ tenantId, key: DEFAULT_SET_TYPE_KEY, value, ...authorship });
}

/** The type that a new distribution set has where none is named. */
export async function defaultSetTypeId(tx: Transaction, tenantId: number): Promise<number> {
  const [setting] = await tx
    .select({ value: tenantConfiguration.value })
    .from(tenantConfiguration)
    .where(
      and(eq(tenantConfiguration.tenantId, tenantId), eq(tenantConfiguration.key, DEFAULT_SET_TYPE_KEY)),
    );
  return Number(setting?.value);
}
