import { sql } from 'drizzle-orm';
import { chunks } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targetAutoConfirm } from '../../../database/tables/target-data.ts';
import type { SelectedTarget } from '../../fleet/targets/selection.ts';
import { writeAndTouch } from '../../fleet/targets/touch.ts';
import type { Author } from '../../shared/authorship.ts';
import { autoConfirmedBy } from '../actions/beginning.ts';
import { confirmWaitingActions } from '../actions/confirm.ts';

interface AutoConfirmation {
  initiator?: string | null | undefined;
  remark?: string | null | undefined;
}

/**
 * Activates auto-confirm for locked targets where it is not active, and starts actions that wait for confirmation there.
 * @returns the controllerIds of those where it wasn't
 */
export async function activateTargets(
  tx: Transaction,
  author: Author,
  selected: readonly SelectedTarget[],
  { initiator, remark }: AutoConfirmation,
): Promise<string[]> {
  const { caller, clock } = author;
  const now = clock();
  const activated = await writeAndTouch(
    tx,
    author,
    selected,
    (ids) => sql`
      INSERT INTO ${targetAutoConfirm} (tenant_id, target_id, initiator, remark, activated_at, activated_by)
      SELECT ${caller.tenantId}::bigint, id, ${initiator || null}::text, ${remark || null}::text,
        ${now.toISOString()}::timestamptz, ${caller.username}::text
      FROM unnest(${ids}) AS chosen(id)
      ON CONFLICT (tenant_id, target_id) DO NOTHING
      RETURNING target_id`,
  );
  const messages = autoConfirmedBy({ initiator, remark, activatedBy: caller.username });
  for (const chunk of chunks(selected)) await confirmWaitingActions(tx, author, chunk, messages);
  return activated;
}

/** Deactivates it. @returns the controllerIds of the targets where it was active */
export const deactivateTargets = (
  tx: Transaction,
  author: Author,
  selected: readonly SelectedTarget[],
): Promise<string[]> =>
  writeAndTouch(
    tx,
    author,
    selected,
    (ids) => sql`
      DELETE FROM ${targetAutoConfirm} WHERE tenant_id = ${author.caller.tenantId} AND target_id = ANY(${ids})
      RETURNING target_id`,
  );
