import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { distributionSetTypeModuleTypes } from '../../../database/tables/distribution-sets.ts';
import {
  type DomainError,
  invalid,
  quotaExceeded,
  softwareModuleNotFound,
  softwareModuleUnsupported,
} from '../../../errors.ts';
import { readableAmong } from '../../access/readable-fields.ts';
import type { Context } from '../../shared/context.ts';
import { lockModules, readModules } from '../software-modules/module.ts';
import type { SoftwareModule } from '../software-modules/software-module.ts';
import { MOST_MODULES } from './input.ts';

/** Some modules, and what some set types take: all that is needed to fill sets. */
export interface Supply {
  modules: ReadonlyMap<number, SoftwareModule>;
  /** By set type id, the ids of the module types that its sets take, and whether they must have one. */
  taken: ReadonlyMap<number, ReadonlyMap<number, boolean>>;
  /** Which of the types the caller may be told. */
  sees: Record<'setType' | 'moduleType', (id: number) => boolean>;
}

/** Reads what is needed to fill sets. The modules are locked, so that none is deleted before the transaction ends. */
export async function readSupply(
  tx: Transaction,
  context: Context,
  setTypeIds: readonly number[],
  moduleIds: readonly number[],
): Promise<Supply> {
  const { tenantId } = context.caller;
  await lockModules(tx, tenantId, moduleIds, 'key share');
  const modules = await readModules(tx, tenantId, moduleIds);
  const { setTypeId, moduleTypeId, mandatory } = distributionSetTypeModuleTypes;
  const elements = await tx
    .select({ setTypeId, moduleTypeId, mandatory })
    .from(distributionSetTypeModuleTypes)
    .where(and(eq(distributionSetTypeModuleTypes.tenantId, tenantId), isAmong(setTypeId, setTypeIds)));
  const taken = new Map<number, Map<number, boolean>>();
  for (const element of elements)
    taken.set(
      element.setTypeId,
      (taken.get(element.setTypeId) ?? new Map()).set(element.moduleTypeId, element.mandatory),
    );
  const moduleTypeIds = [...modules.values()].map(({ type }) => type.id);
  const sees = {
    setType: await readableAmong(context, 'distributionSetType', setTypeIds, tx),
    moduleType: await readableAmong(context, 'softwareModuleType', moduleTypeIds, tx),
  };
  return { modules, taken, sees };
}

/** Why a module cannot be in a set of a type, if it can't. */
export function faultOfModule(
  { modules, taken, sees }: Supply,
  setType: { id: number; key: string },
  moduleId: number,
  path: string[],
): DomainError | undefined {
  const module = modules.get(moduleId);
  if (!module) return softwareModuleNotFound(String(moduleId), path);
  if (module.deleted) return invalid(`${path[0]}: the software module ${moduleId} was deleted`, path);
  if (!taken.get(setType.id)?.has(module.type.id))
    return softwareModuleUnsupported(
      sees.moduleType(module.type.id) ? module.type.key : undefined,
      sees.setType(setType.id) ? setType.key : undefined,
      path,
    );
  return undefined;
}

/**
 * The modules of a set after others were added one by one. Where a type allows no more, the oldest one is removed, as
 * in hawkBit.
 */
export function withModules(
  present: readonly SoftwareModule[],
  added: readonly SoftwareModule[],
): SoftwareModule[] {
  const modules = new Map(present.map((module) => [module.id, module]));
  for (const module of added) {
    if (modules.has(module.id)) continue;
    const sameType = [...modules.values()].filter(({ type }) => type.id === module.type.id);
    if (sameType.length >= module.type.maxAssignments) modules.delete(sameType[0]!.id);
    modules.set(module.id, module);
  }
  return [...modules.values()];
}

/** Whether a set of that type is complete with these modules; what `isCompleteSet` says of a stored one. */
export function isComplete(
  { taken }: Supply,
  setTypeId: number,
  modules: readonly SoftwareModule[],
): boolean {
  const present = new Set(modules.map(({ type }) => type.id));
  const mandatory = [...(taken.get(setTypeId) ?? [])].flatMap(([id, needed]) => (needed ? id : []));
  return (
    present.size > 0 && modules.every(({ complete }) => complete) && mandatory.every((id) => present.has(id))
  );
}

/** @throws QUOTA_EXCEEDED */
export function refuseTooMany(modules: readonly unknown[], path: string[]): void {
  if (modules.length > MOST_MODULES)
    throw quotaExceeded('software modules of a distribution set', MOST_MODULES, path);
}
