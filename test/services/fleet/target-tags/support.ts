import { expect } from 'vitest';
import { assignTargetTags } from '../../../../src/services/fleet/target-tags/assign.ts';
import { createTargetTags } from '../../../../src/services/fleet/target-tags/create.ts';
import { findTagsOfTargets } from '../../../../src/services/fleet/target-tags/find.ts';
import type { TargetTagInput } from '../../../../src/services/fleet/target-tags/input.ts';
import { listTargetTags } from '../../../../src/services/fleet/target-tags/list.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { findTarget } from '../../../../src/services/fleet/targets/find.ts';
import type { Context } from '../../../../src/services/shared/context.ts';

export const NO_ID = 999_999_999;

export async function create(context: Context, ...tags: TargetTagInput[]) {
  const { created: targetTags, faults } = await createTargetTags(context, { targetTags: tags });
  expect(faults).toEqual([]);
  return targetTags;
}

/** Creates targets; each gets the tags that are listed for it, which are created, too. */
export async function fleet(context: Context, tagged: Record<string, string[]>) {
  const controllerIds = Object.keys(tagged);
  await createTargets(context, { targets: controllerIds.map((controllerId) => ({ controllerId })) });
  const names = [...new Set(Object.values(tagged).flat())];
  await create(context, ...names.map((name) => ({ name })));
  for (const [controllerId, tagNames] of Object.entries(tagged))
    if (tagNames.length) await assignTargetTags(context, { tagNames, controllerIds: [controllerId] });
}

export async function storedNames(context: Context): Promise<string[]> {
  const { items } = await (await listTargetTags(context, {})).page();
  return items.map(({ name }) => name);
}

export async function tagsOf(context: Context, controllerId: string): Promise<string[]> {
  const { id } = await findTarget(context, controllerId);
  return ((await findTagsOfTargets(context, [id])).get(id) ?? []).map(({ name }) => name);
}

/** The announcements of the caller's tenant while `verb` runs. */
export async function announced(context: Context, verb: () => Promise<unknown>) {
  const heard: object[] = [];
  let listening = true;
  context.announcements.subscribe({
    changed(one) {
      if (!listening || one.tenantId !== context.caller.tenantId) return;
      // The database gives back changed rows in no order of its own.
      heard.push(one.controllerIds ? { ...one, controllerIds: one.controllerIds.toSorted() } : one);
    },
    everything() {},
  });
  await verb().catch(() => {});
  listening = false;
  return heard;
}
