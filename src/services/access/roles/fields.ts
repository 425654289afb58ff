import { roles } from '../../../database/tables/roles.ts';
import { fieldSet } from '../../../filters/fields.ts';
import { authoredFields, authoredOrder } from '../../shared/authorship.ts';
import type { SortField } from '../../shared/page.ts';
import { permissionsGranted } from '../granted-fields.ts';
import type { NamedRole } from './role.ts';

/** What a filter may ask of a role. */
export const ROLE_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: roles.id }],
  [['name'], { kind: 'text', column: roles.name }],
  [['description'], { kind: 'text', column: roles.description }],
  [['permission'], permissionsGranted(roles.permissions)],
  ...authoredFields(roles),
]);

/** What roles can be sorted by. */
export const ROLE_ORDER = {
  id: { expression: roles.id, of: (r) => r.id, type: 'bigint' },
  name: { expression: roles.name, of: (r) => r.name, type: 'text' },
  ...authoredOrder(roles),
} as const satisfies Record<string, SortField<NamedRole>>;
export type RoleOrderField = keyof typeof ROLE_ORDER;
