import { users } from '../../../database/tables/users.ts';
import { fieldSet } from '../../../filters/fields.ts';
import { authoredFields, authoredOrder } from '../../shared/authorship.ts';
import type { SortField } from '../../shared/page.ts';
import { permissionsGranted, rolesGranted } from '../granted-fields.ts';
import type { User } from './user.ts';

/** What a filter may ask of an account. */
export const USER_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: users.id }],
  [['username', 'name'], { kind: 'text', column: users.username }],
  [['role'], rolesGranted(users.roles)],
  [['permission'], permissionsGranted(users.permissions)],
  ...authoredFields(users),
]);

/** What accounts can be sorted by. */
export const USER_ORDER = {
  id: { expression: users.id, of: (u) => u.id, type: 'bigint' },
  username: { expression: users.username, of: (u) => u.username, type: 'text' },
  ...authoredOrder(users),
} as const satisfies Record<string, SortField<User>>;
export type UserOrderField = keyof typeof USER_ORDER;
