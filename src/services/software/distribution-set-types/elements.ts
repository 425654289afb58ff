import {
  type DomainError,
  invalid,
  quotaExceeded,
  softwareModuleTypeAlreadyExists,
  softwareModuleTypeNotFound,
  standsTwice,
} from '../../../errors.ts';
import type { SoftwareModuleType } from '../software-module-types/software-module-type.ts';
import { MOST_MODULE_TYPES, type NewDistributionSetType } from './input.ts';

/** A module type that sets of a type must have, or may have; `path` says where it was named. */
export interface Element {
  id: number;
  mandatory: boolean;
  path: string[];
}

/** The module types of a set type to create; what a list names more than once counts once. */
export function elementsOf({
  mandatoryModuleTypeIds,
  optionalModuleTypeIds,
}: Pick<NewDistributionSetType, 'mandatoryModuleTypeIds' | 'optionalModuleTypeIds'>): Element[] {
  const listed = (ids: readonly number[], mandatory: boolean, field: string): Element[] =>
    [...new Map(ids.map((id, index) => [id, index]))].map(([id, index]) => ({
      id,
      mandatory,
      path: [field, String(index)],
    }));
  return [
    ...listed(mandatoryModuleTypeIds, true, 'mandatoryModuleTypeIds'),
    ...listed(optionalModuleTypeIds, false, 'optionalModuleTypeIds'),
  ];
}

/** What is wrong with the module types of a set type, if anything is: unknown, deleted, both kinds, or too many. */
export function faultOfElements(
  elements: readonly Element[],
  known: ReadonlyMap<number, SoftwareModuleType>,
): DomainError | undefined {
  const before = new Set<number>();
  for (const { id, path } of elements) {
    const type = known.get(id);
    if (!type) return softwareModuleTypeNotFound(String(id), path);
    if (type.deleted) return invalid(`${path[0]}: the software module type ${id} was deleted`, path);
    if (before.has(id)) return standsTwice(softwareModuleTypeAlreadyExists(String(id), path));
    before.add(id);
  }
  return elements.length > MOST_MODULE_TYPES
    ? quotaExceeded('software module types of a distribution set type', MOST_MODULE_TYPES, [
        'mandatoryModuleTypeIds',
      ])
    : undefined;
}
