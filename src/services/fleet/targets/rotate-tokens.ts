import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { chunks } from '../../../database/bulk.ts';
import { targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { affected } from '../../platform/audit/record.ts';
import { changeBy, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { selectionFields } from '../../shared/selection.ts';
import { generateToken, Overlap } from './input.ts';
import { countSelected, selectTargetIds, type TargetSelection } from './selection.ts';
import { givenTokens, noteTokenRotations } from './token-rotation.ts';

export const RotateTargetTokens = z.object({
  ...selectionFields,
  overlap: Overlap,
  dryRun: z.boolean().nullish(),
});
export type RotateTargetTokens = z.input<typeof RotateTargetTokens>;

/**
 * Gives the named targets, all or none, or all that match a filter a new random token each; the old ones work on as in
 * `rotateTargetToken`. Needs UPDATE_TARGET. With `dryRun` it only says how many it would be.
 * @returns how many targets have a new token
 * @throws TARGET_NOT_FOUND, INVALID_INPUT, the filter's errors
 */
export async function rotateTargetTokens(context: Context, input: RotateTargetTokens): Promise<number> {
  requirePermission(context, 'UPDATE_TARGET');
  const { overlap, dryRun, ...selection } = parse(RotateTargetTokens, input);
  if (dryRun) return countSelected(context, 'UPDATE_TARGET', selection);
  return (await changeBy(context, (step) => rotateTokensOf(step, selection, overlap))).length;
}

/** The work of `rotateTargetTokens`. @returns the controllerIds of the targets that are different now */
export async function rotateTokensOf(
  { tx, context, changes }: Step,
  selection: TargetSelection,
  overlap: z.output<typeof Overlap>,
): Promise<string[]> {
  const { caller, secrets } = context;
  const selected = await selectTargetIds(tx, context, 'UPDATE_TARGET', selection);
  const now = context.clock();
  for (const chunk of chunks(selected)) {
    const given = givenTokens(chunk.map(({ id }) => ({ id, token: secrets.sealToken(generateToken()) })));
    await noteTokenRotations(tx, { caller, now }, given, overlap);
    await tx.execute(sql`
      UPDATE ${targets} AS target
      SET security_token = given.token, last_modified_at = ${now.toISOString()}::timestamptz,
          last_modified_by = ${caller.username}
      FROM (${given}) AS given
      WHERE target.tenant_id = ${caller.tenantId} AND target.id = given.id`);
  }
  const rotated = selected.map(({ controllerId }) => controllerId);
  changes.targetsInScope(rotated);
  changes.record({ type: 'target.token-rotated', ...affected(selection, rotated) });
  return rotated;
}
