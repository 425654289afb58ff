import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { arrayOf, isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targetTags } from '../../../database/tables/target-data.ts';
import { type DomainError, targetNotFound, targetTagNotFound } from '../../../errors.ts';
import type { Context } from '../../shared/context.ts';
import { listOf } from '../../shared/rows.ts';
import { missingOf, selectionFields } from '../../shared/selection.ts';
import { isStorableText } from '../../shared/text.ts';
import {
  type Concerned,
  countSelected,
  NOT_FOUND_POLICIES,
  type SelectedTarget,
  selectTargetIds,
  type TargetSelection,
} from '../targets/selection.ts';

/** Which tags, by id or by name, and which targets: those named or all that match a filter. */
export const TagChoice = z
  .object({
    tagIds: listOf(z.number()).min(1, 'must hold a tag at the least').nullish(),
    tagNames: listOf(z.string()).min(1, 'must hold a tag at the least').nullish(),
    ...selectionFields,
    controllerIds: listOf(z.string()).min(1, 'must hold a target at the least').nullish(),
    onNotFound: z.enum(NOT_FOUND_POLICIES).nullish(),
    dryRun: z.boolean().nullish(),
  })
  .refine(({ tagIds, tagNames }) => (tagIds == null) !== (tagNames == null), {
    path: ['tagIds'],
    message: 'give either these or tagNames',
  });
export type TagChoice = z.input<typeof TagChoice>;
export type ReadChoice = Omit<z.output<typeof TagChoice>, 'dryRun' | keyof TargetSelection> & TargetSelection;

export interface TaggedTargets extends Pick<ChangedTargets, 'faults'> {
  /** The controllerIds of the targets that are different now. */
  changed: string[];
}

export interface ChangedTargets {
  /** How many targets are different now. */
  affectedCount: number;
  /** The named targets that were missing, with ON_WHAT_FOUND_AND_FAIL. */
  faults: DomainError[];
}

/**
 * The tags' ids and the targets, all locked until the transaction ends: the tags before the targets, each in the
 * order of the ids, so that no two verbs wait for each other.
 * @throws TARGET_TAG_NOT_FOUND, TARGET_NOT_FOUND, INVALID_INPUT, the filter's errors
 */
export async function lockChoice(
  tx: Transaction,
  context: Context,
  choice: ReadChoice,
): Promise<{ tagIds: number[]; tagNames: string[]; selected: SelectedTarget[]; faults: DomainError[] }> {
  const tags = await lockTags(tx, context.caller.tenantId, choice);
  const selected = await selectTargetIds(tx, context, 'UPDATE_TARGET', selectionOf(choice));
  const faults =
    choice.onNotFound === 'ON_WHAT_FOUND_AND_FAIL' ? missingOf(choice, selected, targetNotFound) : [];
  return {
    tagIds: tags.map(({ id }) => id),
    tagNames: tags.map(({ name }) => name),
    selected,
    faults,
  };
}

const selectionOf = ({ ids, controllerIds, filter, among, onNotFound }: ReadChoice) => ({
  ids,
  controllerIds,
  filter,
  among,
  onNotFound,
});

/**
 * How many of the targets would be changed, by the ids of the tags.
 * @throws what `lockChoice` throws
 */
export async function countChoice(
  context: Context,
  choice: ReadChoice,
  concerned: (tagIds: readonly number[]) => Concerned,
): Promise<ChangedTargets> {
  const { database, caller } = context;
  const tags = await database.transaction((tx) => lockTags(tx, caller.tenantId, choice));
  const affectedCount = await countSelected(
    context,
    'UPDATE_TARGET',
    selectionOf(choice),
    concerned(tags.map(({ id }) => id)),
  );
  return { affectedCount, faults: [] };
}

/** Locked so that none is deleted meanwhile. */
async function lockTags(tx: Transaction, tenantId: number, { tagIds, tagNames }: ReadChoice) {
  const wanted = tagIds
    ? isAmong(targetTags.id, tagIds)
    : sql`${targetTags.name} = ANY(${arrayOf((tagNames ?? []).filter(isStorableText))}::text[])`;
  const rows = await tx
    .select({ id: targetTags.id, name: targetTags.name })
    .from(targetTags)
    .where(and(eq(targetTags.tenantId, tenantId), wanted))
    .orderBy(targetTags.id)
    .for('key share');
  const ids = new Set(rows.map(({ id }) => id));
  const names = new Set(rows.map(({ name }) => name));
  for (const [index, id] of (tagIds ?? []).entries())
    if (!ids.has(id)) throw targetTagNotFound(String(id), ['tagIds', String(index)]);
  for (const [index, name] of (tagNames ?? []).entries())
    if (!names.has(name)) throw targetTagNotFound(name, ['tagNames', String(index)]);
  return rows;
}
