import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { copyText } from '../../../database/copy.ts';
import type { Chunk } from './chunk.ts';

/**
 * Puts rows where one statement can take them all: `import_rows`, `import_values` with what each has many of, and
 * `import_ids`, still empty, for the targets they become. All are gone with the transaction.
 */
export async function stageRows(tx: Transaction, { rows, values }: Chunk): Promise<void> {
  await tx.execute(sql`
    CREATE TEMPORARY TABLE import_rows (
      n integer, controller_id text COLLATE "C", name text, new_name text, description text, "group" text,
      target_type text COLLATE "C", target_type_id bigint, security_token text, new_token text, request_attributes boolean, address text
    ) ON COMMIT DROP`);
  await tx.execute(sql`
    CREATE TEMPORARY TABLE import_values (n integer, kind "char", key text COLLATE "C", value text) ON COMMIT DROP`);
  await tx.execute(
    sql`CREATE TEMPORARY TABLE import_ids (n integer, id bigint, is_new boolean, is_own boolean) ON COMMIT DROP`,
  );
  await copyText(tx, 'import_rows', rows);
  if (!values.isEmpty) await copyText(tx, 'import_values', values);
}
