import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../../../database/connect.ts';
import type { GivenByHook } from '../../../database/tables/enrollment.ts';
import { targetTags } from '../../../database/tables/target-data.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { malformed, targetTagNotFound, targetTypeNotFound } from '../../../errors.ts';
import { MetadataEntries, MOST_ENTRIES } from '../../fleet/target-metadata/input.ts';
import { checkAttributes } from '../../fleet/targets/attributes.ts';
import { MOST_TAGS, TARGET_LIMITS } from '../../platform/quotas.ts';
import { parse } from '../../shared/parse.ts';
import { givenOf } from '../../shared/patch.ts';
import { enteredText, plainText } from '../../shared/text.ts';

const entries = (most: number) =>
  z
    .record(z.string(), z.string())
    .refine((given) => Object.keys(given).length <= most, `must have at most ${most} entries`);

const HookAnswer = z.strictObject({
  decision: z.enum(['allow', 'deny', 'hold']),
  reason: plainText(0, 512).nullish(),
  name: enteredText(1, 128).optional(),
  type: enteredText(1, 128).optional(),
  tags: z.array(enteredText(1, 128)).max(MOST_TAGS, `must be at most ${MOST_TAGS}`).optional(),
  group: enteredText(0, 256)
    .transform((group) => group || null)
    .nullish(),
  attributes: entries(TARGET_LIMITS.target_attributes.most).optional(),
  metadata: entries(MOST_ENTRIES).optional(),
});

/** What a hook says of a device, after it was checked. */
export interface HookAnswer {
  decision: 'allow' | 'deny' | 'hold';
  reason: string | null;
  given: GivenByHook;
}

/**
 * Reads what a hook answers. The type and the tags that it names must be there.
 * @throws MALFORMED_INPUT, INVALID_INPUT, INVALID_ATTRIBUTES, TARGET_TYPE_NOT_FOUND, TARGET_TAG_NOT_FOUND
 */
export async function readAnswer(database: Database, tenantId: number, text: string): Promise<HookAnswer> {
  const { decision, reason, ...rest } = parse(HookAnswer, jsonOf(text));
  const given: GivenByHook = givenOf(rest);
  checkAttributes(Object.entries(given.attributes ?? {}));
  const metadata = Object.entries(given.metadata ?? {}).map(([key, value]) => ({ key, value }));
  if (metadata.length) parse(z.object({ metadata: MetadataEntries }), { metadata });
  await requireNamed(database, tenantId, given);
  return { decision, reason: reason || null, given };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('The answer is no JSON.');
  }
}

async function requireNamed(
  database: Database,
  tenantId: number,
  { type, tags }: GivenByHook,
): Promise<void> {
  if (type !== undefined) {
    const [found] = await database
      .select({ id: targetTypes.id })
      .from(targetTypes)
      .where(and(eq(targetTypes.tenantId, tenantId), eq(targetTypes.name, type)));
    if (!found) throw targetTypeNotFound(type, ['type']);
  }
  if (!tags?.length) return;
  const found = await database
    .select({ name: targetTags.name })
    .from(targetTags)
    .where(and(eq(targetTags.tenantId, tenantId), inArray(targetTags.name, tags)));
  const names = new Set(found.map(({ name }) => name));
  const missing = tags.find((tag) => !names.has(tag));
  if (missing !== undefined) throw targetTagNotFound(missing, ['tags']);
}
