import { type SQLWrapper, sql } from 'drizzle-orm';
import type { Field } from '../../filters/fields.ts';

/** What a filter may ask of the names of roles in an array. */
export const rolesGranted = (names: SQLWrapper): Field => ({
  kind: 'set',
  from: sql`unnest(${names}) AS had(role)`,
  on: sql`TRUE`,
  value: sql`had.role`,
});

/** What a filter may ask of an array of grants: their permissions, without the filters that limit them. */
export const permissionsGranted = (grants: SQLWrapper): Field => ({
  kind: 'set',
  from: sql`unnest(${grants}) AS given(grant_text)`,
  on: sql`TRUE`,
  value: sql`split_part(given.grant_text, '/', 1)`,
});
