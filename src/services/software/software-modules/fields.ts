import { and, eq } from 'drizzle-orm';
import {
  softwareModuleMetadata,
  softwareModules,
  softwareModuleTypes,
} from '../../../database/tables/software.ts';
import { fieldSet, owned } from '../../../filters/fields.ts';
import { authoredFields, authoredOrder, exact } from '../../shared/authorship.ts';
import { type SortField, sortNames } from '../../shared/page.ts';
import type { SoftwareModule } from './software-module.ts';

const itsType = (field: string) => owned('softwareModuleType', field, softwareModules.typeId);

/** What a filter may ask of a software module. */
export const SOFTWARE_MODULE_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: softwareModules.id }],
  [['type', 'type.key'], { kind: 'text', column: softwareModuleTypes.key, ...itsType('key') }],
  [['type.id'], { kind: 'integer', column: softwareModuleTypes.id, ...itsType('id') }],
  [['type.name'], { kind: 'text', column: softwareModuleTypes.name, ...itsType('name') }],
  [['name'], { kind: 'text', column: softwareModules.name }],
  [['version'], { kind: 'text', column: softwareModules.version }],
  [['description'], { kind: 'text', column: softwareModules.description }],
  [['vendor'], { kind: 'text', column: softwareModules.vendor }],
  [['locked'], { kind: 'boolean', column: softwareModules.locked }],
  [
    ['metadata'],
    {
      kind: 'map',
      from: softwareModuleMetadata,
      on: ({ tenantId }) =>
        and(
          eq(softwareModuleMetadata.tenantId, tenantId),
          eq(softwareModuleMetadata.moduleId, softwareModules.id),
        )!,
      key: softwareModuleMetadata.key,
      value: softwareModuleMetadata.value,
    },
  ],
  ...authoredFields(softwareModules),
]);

/** What software modules can be sorted by. */
export const SOFTWARE_MODULE_ORDER = {
  id: { expression: softwareModules.id, of: (m) => m.id, type: 'bigint' },
  type: {
    expression: softwareModuleTypes.key,
    of: (m) => m.type.key,
    type: 'text',
    owner: itsType('key').owners[0],
  },
  name: { expression: softwareModules.name, of: (m) => m.name, type: 'text' },
  version: { expression: softwareModules.version, of: (m) => m.version, type: 'text' },
  description: {
    expression: exact(softwareModules.description),
    of: (m) => m.description,
    type: 'text',
    nullable: true,
  },
  vendor: { expression: exact(softwareModules.vendor), of: (m) => m.vendor, type: 'text', nullable: true },
  ...authoredOrder(softwareModules),
} as const satisfies Record<string, SortField<SoftwareModule>>;
export type SoftwareModuleOrderField = keyof typeof SOFTWARE_MODULE_ORDER;

export const SOFTWARE_MODULE_SORT_NAMES = sortNames(SOFTWARE_MODULE_ORDER);
