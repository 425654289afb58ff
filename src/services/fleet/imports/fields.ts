import { sql } from 'drizzle-orm';
import {
  IMPORT_FORMATS,
  IMPORT_MODES,
  IMPORT_STATES,
  importFaults,
  imports,
} from '../../../database/tables/imports.ts';
import { fieldSet } from '../../../filters/fields.ts';
import { exact } from '../../shared/authorship.ts';
import type { SortField } from '../../shared/page.ts';
import type { PlacedFault } from './faults.ts';
import { IMPORT_STATE, type Import } from './find.ts';

/** What a filter may ask of an import. */
export const IMPORT_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: imports.id }],
  [['key'], { kind: 'text', column: imports.key }],
  [['state'], { kind: 'enum', column: IMPORT_STATE, values: IMPORT_STATES }],
  [['mode'], { kind: 'enum', column: imports.mode, values: IMPORT_MODES }],
  [['format'], { kind: 'enum', column: imports.format, values: IMPORT_FORMATS }],
  [['dryRun'], { kind: 'boolean', column: imports.dryRun }],
  [['rowsRefused'], { kind: 'integer', column: imports.rowsRefused }],
  [['startedAt'], { kind: 'time', column: imports.startedAt }],
  [['startedBy'], { kind: 'text', column: imports.startedBy }],
  [['finishedAt'], { kind: 'time', column: imports.finishedAt }],
]);

/** What imports can be sorted by; ids grow with time. */
export const IMPORT_ORDER = {
  id: { expression: imports.id, of: (one) => one.id, type: 'bigint' },
  state: { expression: exact(IMPORT_STATE), of: (one) => one.state, type: 'text' },
  rowsRead: { expression: imports.rowsRead, of: (one) => one.rowsRead, type: 'bigint' },
  rowsRefused: { expression: imports.rowsRefused, of: (one) => one.rowsRefused, type: 'bigint' },
  startedBy: { expression: exact(imports.startedBy), of: (one) => one.startedBy, type: 'text' },
} as const satisfies Record<string, SortField<Import>>;
export type ImportOrderField = keyof typeof IMPORT_ORDER;

/** A row has fewer faults than this. */
const ORDINALS = 16;
/** A number for each fault of an import, in the order of the file. */
export const placeOfFault = sql<number>`(${importFaults.line} * ${sql.raw(String(ORDINALS))} + ${importFaults.ordinal})`;

/** What a filter may ask of a fault of an import. */
export const IMPORT_FAULT_FIELDS = fieldSet([
  [['line'], { kind: 'integer', column: importFaults.line }],
  [['controllerId'], { kind: 'text', column: importFaults.controllerId }],
  [['field'], { kind: 'text', column: importFaults.field }],
  [['code'], { kind: 'text', column: importFaults.code }],
  [['message'], { kind: 'text', column: importFaults.message }],
]);

/** What faults can be sorted by. */
export const IMPORT_FAULT_ORDER = {
  line: { expression: placeOfFault, of: (fault) => fault.place, type: 'bigint' },
  controllerId: {
    expression: exact(importFaults.controllerId),
    of: (fault) => fault.controllerId,
    type: 'text',
    nullable: true,
  },
  field: { expression: exact(importFaults.field), of: (fault) => fault.field, type: 'text' },
  code: { expression: exact(importFaults.code), of: (fault) => fault.code, type: 'text' },
} as const satisfies Record<string, SortField<PlacedFault>>;
export type ImportFaultOrderField = keyof typeof IMPORT_FAULT_ORDER;
