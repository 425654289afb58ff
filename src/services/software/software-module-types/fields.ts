import { softwareModuleTypes } from '../../../database/tables/software.ts';
import { fieldSet } from '../../../filters/fields.ts';
import { authoredFields, authoredOrder, exact } from '../../shared/authorship.ts';
import { type SortField, sortNames } from '../../shared/page.ts';
import type { SoftwareModuleType } from './software-module-type.ts';

/** What a filter may ask of a software module type. */
export const SOFTWARE_MODULE_TYPE_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: softwareModuleTypes.id }],
  [['key'], { kind: 'text', column: softwareModuleTypes.key }],
  [['name'], { kind: 'text', column: softwareModuleTypes.name }],
  [['description'], { kind: 'text', column: softwareModuleTypes.description }],
  [['maxAssignments'], { kind: 'integer', column: softwareModuleTypes.maxAssignments }],
  ...authoredFields(softwareModuleTypes),
]);

/** What software module types can be sorted by. */
export const SOFTWARE_MODULE_TYPE_ORDER = {
  id: { expression: softwareModuleTypes.id, of: (t) => t.id, type: 'bigint' },
  key: { expression: softwareModuleTypes.key, of: (t) => t.key, type: 'text' },
  name: { expression: softwareModuleTypes.name, of: (t) => t.name, type: 'text' },
  description: {
    expression: exact(softwareModuleTypes.description),
    of: (t) => t.description,
    type: 'text',
    nullable: true,
  },
  maxAssignments: {
    expression: softwareModuleTypes.maxAssignments,
    of: (t) => t.maxAssignments,
    type: 'bigint',
  },
  ...authoredOrder(softwareModuleTypes),
} as const satisfies Record<string, SortField<SoftwareModuleType>>;
export type SoftwareModuleTypeOrderField = keyof typeof SOFTWARE_MODULE_TYPE_ORDER;

export const SOFTWARE_MODULE_TYPE_SORT_NAMES = sortNames(SOFTWARE_MODULE_TYPE_ORDER);
