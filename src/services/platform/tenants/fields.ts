import { tenants } from '../../../database/tables/tenants.ts';
import { fieldSet } from '../../../filters/fields.ts';
import { exact } from '../../shared/authorship.ts';
import type { SortField } from '../../shared/page.ts';
import type { TenantEntry } from './create.ts';

/** What a filter may ask of a tenant. */
export const TENANT_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: tenants.tenantId }],
  [['name'], { kind: 'text', column: tenants.name }],
  [['createdAt'], { kind: 'time', column: tenants.createdAt }],
  [['createdBy'], { kind: 'text', column: tenants.createdBy }],
]);

/** What tenants can be sorted by; the names without regard to case. */
export const TENANT_ORDER = {
  id: { expression: tenants.tenantId, of: (t) => t.id, type: 'bigint' },
  name: { expression: tenants.nameKey, of: (t) => t.name.toLowerCase(), type: 'text' },
  createdAt: { expression: tenants.createdAt, of: (t) => t.createdAt, type: 'timestamptz' },
  createdBy: { expression: exact(tenants.createdBy), of: (t) => t.createdBy, type: 'text' },
} as const satisfies Record<string, SortField<TenantEntry>>;
export type TenantOrderField = keyof typeof TENANT_ORDER;
