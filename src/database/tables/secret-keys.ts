import { pgTable, primaryKey } from 'drizzle-orm/pg-core';
import { exactText, instant } from './columns.ts';

/** The keys that secrets of any tenant may be encrypted with, by an id that says nothing of the key. */
export const secretKeys = pgTable(
  'secret_keys',
  {
    keyId: exactText('key_id').notNull(),
    firstUsedAt: instant('first_used_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.keyId] })],
);
