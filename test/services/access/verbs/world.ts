import { and, eq } from 'drizzle-orm';
import { imports } from '../../../../src/database/tables/imports.ts';
import { targetPolls } from '../../../../src/database/tables/targets.ts';
import { beginImport } from '../../../../src/services/fleet/imports/begin.ts';
import { createTargetFilter } from '../../../../src/services/fleet/target-filters/create.ts';
import { setTargetMetadata } from '../../../../src/services/fleet/target-metadata/set.ts';
import { assignTargetTags } from '../../../../src/services/fleet/target-tags/assign.ts';
import { createTargetTags } from '../../../../src/services/fleet/target-tags/create.ts';
import { createTargetTypes } from '../../../../src/services/fleet/target-types/create.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { setTargetAttributes } from '../../../../src/services/fleet/targets/set-attributes.ts';
import type { Context, Platform } from '../../../../src/services/shared/context.ts';
import { newTenant, type TestTenant } from '../../../support/platform.ts';

/** One of everything. What has a name, a key or a group has the side's. */
export interface Side {
  name: 'inner' | 'outer';
  targetId: number;
  typeId: number;
  tagId: number;
  filterId: number;
  /** The inner one was begun by the caller of the verbs, the outer one by somebody else. */
  importId: number;
}

export interface World {
  tenant: TestTenant;
  inner: Side;
  outer: Side;
}

const SIDES = ['inner', 'outer'] as const;

/** A tenant with two of everything: a tag `spare` besides, that no target has. */
export async function makeWorld(platform: Platform): Promise<World> {
  const tenant = await newTenant(platform);
  const admin = tenant.contextOf();
  const { created: targetTypes } = await createTargetTypes(admin, {
    targetTypes: SIDES.map((name) => ({ name })),
  });
  const { created: targets } = await createTargets(admin, {
    targets: SIDES.map((name, at) => ({
      controllerId: name,
      group: name,
      targetTypeId: targetTypes[at]!.id,
    })),
  });
  const names = [...SIDES, 'spare'];
  const { created: targetTags } = await createTargetTags(admin, {
    targetTags: names.map((name) => ({ name })),
  });
  const sides = SIDES.map(async (name, at): Promise<Side> => {
    const side = { name, targetId: targets[at]!.id, typeId: targetTypes[at]!.id, tagId: targetTags[at]!.id };
    await setTargetAttributes(admin, { controllerIds: [name], attributes: [{ key: name, value: 'v' }] });
    await setTargetMetadata(admin, { controllerIds: [name], entries: [{ key: name, value: 'v' }] });
    await assignTargetTags(admin, { tagNames: [name], controllerIds: [name] });
    const { id: filterId } = await createTargetFilter(admin, { name, filter: `id==${name}` });
    const { id: importId } = await beginImport(admin, { format: 'csv', key: name });
    return { ...side, filterId, importId };
  });
  const [inner, outer] = await Promise.all(sides);
  await tellApart(admin, outer!);
  return { tenant, inner: inner!, outer: outer! };
}

/** Of the outer side the device has polled, so that sums tell the sides apart, and the import is another's. */
async function tellApart({ database, caller: { tenantId } }: Context, outer: Side): Promise<void> {
  const polled = { tenantId, targetId: outer.targetId, lastRequestAt: new Date() };
  await database.insert(targetPolls).values(polled);
  await database
    .update(imports)
    .set({ startedBy: 'somebody else' })
    .where(and(eq(imports.tenantId, tenantId), eq(imports.id, outer.importId)));
}
