import { expect } from 'vitest';
import { createTargetTypes } from '../../../../src/services/fleet/target-types/create.ts';
import type { TargetTypeInput } from '../../../../src/services/fleet/target-types/input.ts';
import { listTargetTypes } from '../../../../src/services/fleet/target-types/list.ts';
import type { Context } from '../../../../src/services/shared/context.ts';

export const NO_ID = 999_999_999;

export async function create(context: Context, ...types: TargetTypeInput[]) {
  const { created: targetTypes, faults } = await createTargetTypes(context, { targetTypes: types });
  expect(faults).toEqual([]);
  return targetTypes;
}

export async function storedNames(context: Context): Promise<string[]> {
  const { items } = await (await listTargetTypes(context, {})).page();
  return items.map(({ name }) => name);
}
