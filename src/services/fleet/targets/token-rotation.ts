import { and, eq, type SQL, sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targets } from '../../../database/tables/targets.ts';
import { targetTokenRotations } from '../../../database/tables/token-rotations.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Actor, Context } from '../../shared/context.ts';
import { storedTokenDigestOf } from '../../shared/secrets.ts';
import { targetInScope } from './scope.ts';

/** A new token that the device has not used yet. */
export interface TokenRotation {
  /** That of its target, which has one at most. */
  id: number;
  rotatedAt: Date;
  rotatedBy: string;
  /** When the tokens before it stop working unless the device uses the new one sooner; null: they did at once. */
  overlapEndsAt: Date | null;
}

/**
 * How many tokens before the newest may work beside it. More than one, because tokens may be rotated again before the
 * devices have got to know the last: they still use the one they were delivered with.
 */
const MOST_OLD_TOKENS = 4;

/** Statements that take `(id, token)` from a list; a token as it is stored. */
export const givenTokens = (tokens: readonly { id: number; token: string }[]): SQL =>
  sql`SELECT * FROM unnest(${arrayOf(tokens.map(({ id }) => id))}::bigint[],
                           ${arrayOf(tokens.map(({ token }) => token))}::text[]) AS given(id, token)`;

/**
 * Notes, before it is done, that locked targets get new tokens; what has the token already is left alone. Without an
 * overlap all tokens before stop working, those derived from keys of enrollment groups included.
 * @param given selects `id` and `token`, as it is stored
 */
export async function noteTokenRotations(
  tx: Transaction,
  { caller: { tenantId, username }, now }: { caller: Actor; now: Date },
  given: SQL,
  overlapSeconds = 0,
): Promise<void> {
  const at = sql`${now.toISOString()}::timestamptz`;
  const until = sql`${new Date(now.getTime() + overlapSeconds * 1000).toISOString()}::timestamptz`;
  const digests = sql`ARRAY[${storedTokenDigestOf(sql`target.security_token`)}]`;
  const none = sql`'{}'::text[], '{}'::timestamptz[]`;
  const isNew = sql`${storedTokenDigestOf(sql`target.security_token`)} <> ${storedTokenDigestOf(sql`given.token`)}`;
  /** The newest few. */
  const few = (array: SQL) =>
    sql`trim_array(${array}, greatest(cardinality(${array}) - ${sql.raw(String(MOST_OLD_TOKENS))}, 0))`;
  await tx.execute(sql`
    INSERT INTO ${targetTokenRotations} AS known
      (tenant_id, target_id, rotated_at, rotated_by, old_digests, old_until)
    SELECT ${tenantId}::bigint, target.id, ${at}, ${username},
           ${overlapSeconds ? sql`${digests}, ARRAY[${until}]` : none}
    FROM ${targets} AS target JOIN (${given}) AS given ON given.id = target.id
    WHERE target.tenant_id = ${tenantId} AND ${isNew}
    ON CONFLICT (tenant_id, target_id) DO UPDATE SET
      rotated_at = excluded.rotated_at, rotated_by = excluded.rotated_by,
      (old_digests, old_until) = ROW(${
        overlapSeconds
          ? sql`${few(sql`(excluded.old_digests || known.old_digests)`)}, ${few(sql`(excluded.old_until || known.old_until)`)}`
          : none
      })`);
  await tx.execute(sql`
    UPDATE ${targets} AS target SET derived_tokens_end_at = LEAST(target.derived_tokens_end_at, ${until})
    FROM (${given}) AS given
    WHERE target.tenant_id = ${tenantId} AND target.id = given.id AND ${isNew}`);
}

/** Of many targets, by target id, the new token that was not used yet; null where there is none. Needs READ_TARGET. */
export async function findTokenRotations(
  context: Context,
  targetIds: readonly number[],
): Promise<(TokenRotation | null)[]> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const rows = await context.database
    .select()
    .from(targetTokenRotations)
    .where(
      and(
        eq(targetTokenRotations.tenantId, tenantId),
        sql`${targetTokenRotations.targetId} = ANY(${arrayOf(targetIds)}::bigint[])`,
        await targetInScope(context, 'READ_TARGET', targetTokenRotations.targetId),
      ),
    );
  const found = new Map(
    rows.map(({ targetId, rotatedAt, rotatedBy, oldUntil }): [number, TokenRotation] => [
      targetId,
      { id: targetId, rotatedAt, rotatedBy, overlapEndsAt: latest(oldUntil) },
    ]),
  );
  return targetIds.map((id) => found.get(id) ?? null);
}

const latest = (times: readonly Date[]): Date | null =>
  times.reduce<Date | null>((last, time) => (last && last > time ? last : time), null);
