import { apiKeys } from '../../../database/tables/api-keys.ts';
import { users } from '../../../database/tables/users.ts';
import { fieldSet } from '../../../filters/fields.ts';
import { exact } from '../../shared/authorship.ts';
import type { SortField } from '../../shared/page.ts';
import { permissionsGranted, rolesGranted } from '../granted-fields.ts';
import type { ApiKey } from './api-key.ts';

/** What a filter may ask of an API key. */
export const API_KEY_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: apiKeys.id }],
  [['name'], { kind: 'text', column: apiKeys.name }],
  [['owner'], { kind: 'text', column: users.username }],
  [['role'], rolesGranted(apiKeys.roles)],
  [['permission'], permissionsGranted(apiKeys.permissions)],
  [['scope'], { kind: 'text', column: apiKeys.scope }],
  [['expiresAt'], { kind: 'time', column: apiKeys.expiresAt }],
  [['lastUsedAt'], { kind: 'time', column: apiKeys.lastUsedAt }],
  [['createdAt'], { kind: 'time', column: apiKeys.createdAt }],
  [['createdBy'], { kind: 'text', column: apiKeys.createdBy }],
]);

/** What API keys can be sorted by. */
export const API_KEY_ORDER = {
  id: { expression: apiKeys.id, of: (k) => k.id, type: 'bigint' },
  name: { expression: apiKeys.name, of: (k) => k.name, type: 'text' },
  owner: { expression: users.username, of: (k) => k.owner, type: 'text' },
  expiresAt: { expression: apiKeys.expiresAt, of: (k) => k.expiresAt, type: 'timestamptz', nullable: true },
  lastUsedAt: {
    expression: apiKeys.lastUsedAt,
    of: (k) => k.lastUsedAt,
    type: 'timestamptz',
    nullable: true,
  },
  createdAt: { expression: apiKeys.createdAt, of: (k) => k.createdAt, type: 'timestamptz' },
  createdBy: { expression: exact(apiKeys.createdBy), of: (k) => k.createdBy, type: 'text' },
} as const satisfies Record<string, SortField<ApiKey>>;
export type ApiKeyOrderField = keyof typeof API_KEY_ORDER;
