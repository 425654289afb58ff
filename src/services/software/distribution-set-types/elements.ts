import { type DomainError, invalid, quotaExceeded, softwareModuleTypeNotFound } from '../../../errors.ts';
import type { SoftwareModuleType } from '../software-module-types/software-module-type.ts';
import { MOST_MODULE_TYPES, type NewDistributionSetType } from './input.ts';

/** A module type that sets of a type must have, or may have; `path` says where it was named. */
export interface Element {
  id: number;
  mandatory: boolean;
  path: string[];
}

/** The module types of a set type to create, each once: one that is named as both is mandatory. */
export function elementsOf({
  mandatoryModuleTypeIds,
  optionalModuleTypeIds,
}: Pick<NewDistributionSetType, 'mandatoryModuleTypeIds' | 'optionalModuleTypeIds'>): Element[] {
  const elements = new Map<number, Element>();
  for (const [index, id] of optionalModuleTypeIds.entries())
    elements.set(id, { id, mandatory: false, path: ['optionalModuleTypeIds', String(index)] });
  for (const [index, id] of mandatoryModuleTypeIds.entries())
    elements.set(id, { id, mandatory: true, path: ['mandatoryModuleTypeIds', String(index)] });
  return [...elements.values()];
}

/** What is wrong with the module types of a set type, if anything is: unknown, deleted, or too many. */
export function faultOfElements(
  elements: readonly Element[],
  known: ReadonlyMap<number, SoftwareModuleType>,
): DomainError | undefined {
  for (const { id, path } of elements) {
    const type = known.get(id);
    if (!type) return softwareModuleTypeNotFound(String(id), path);
    if (type.deleted) return invalid(`${path[0]}: the software module type ${id} was deleted`, path);
  }
  return elements.length > MOST_MODULE_TYPES
    ? quotaExceeded('software module types of a distribution set type', MOST_MODULE_TYPES, [
        'mandatoryModuleTypeIds',
      ])
    : undefined;
}
