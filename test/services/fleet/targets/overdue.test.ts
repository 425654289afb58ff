import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { targetPolls } from '../../../../src/database/tables/targets.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { listTargets } from '../../../../src/services/fleet/targets/find.ts';
import type { TargetOrderField } from '../../../../src/services/fleet/targets/order.ts';
import { summarizeFleet } from '../../../../src/services/fleet/targets/summary.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform, type TestTenant } from '../../../support/platform.ts';

const MINUTE = 60_000;
/** Minutes since each polled: those in group `slow` shall poll once an hour, the others every five minutes. */
const POLLED: Record<string, number | null> = { a: 1, b: 8, c: 30, slow1: 30, slow2: 90, never: null };

const { platform, close } = await openTestPlatform();
afterAll(close);
let tenant: TestTenant;
let context: Context;

beforeAll(async () => {
  tenant = await newTenant(platform);
  context = tenant.contextOf();
  await setConfiguration(context, {
    pollingTime: '00:05:00, group==slow -> 01:00:00, overdue==true -> 00:05:00',
    pollingOverdueTime: '00:10:00',
  });
  const names = Object.keys(POLLED);
  const { created } = await createTargets(context, {
    targets: names.map((controllerId) => ({
      controllerId,
      ...(controllerId.startsWith('slow') && { group: 'slow' }),
    })),
  });
  await platform.database.insert(targetPolls).values(
    created.flatMap(({ id, controllerId }) => {
      const age = POLLED[controllerId];
      if (age == null) return [];
      return [
        {
          tenantId: tenant.tenantId,
          targetId: id,
          lastRequestAt: new Date(platform.clock().getTime() - age * MINUTE),
        },
      ];
    }),
  );
});

const pageOf = async (request: Parameters<typeof listTargets>[1]) =>
  (await (await listTargets(context, { first: 100, ...request })).page()).items;
const idsOf = async (filter: string, by = context) =>
  (await (await listTargets(by, { filter })).page()).items.map(({ controllerId }) => controllerId);

test.each<[string, string[]]>([
  ['overdue==true', ['c', 'slow2']],
  ['overdue!=true', ['a', 'b', 'never', 'slow1']],
  ['OVERDUE==false', ['a', 'b', 'never', 'slow1']],
  ['overdue=is=null', []],
  ['overdue==true and group==slow', ['slow2']],
])('%s finds %j', async (filter, expected) => {
  expect(await idsOf(filter)).toEqual(expected);
});

it('agrees with what is shown of a target, and with the summary', async () => {
  const shown = (await pageOf({})).filter(({ poll }) => poll?.overdue).map((t) => t.controllerId);
  expect(shown).toEqual(await idsOf('overdue==true'));
  expect((await summarizeFleet(context)).overdue).toBe(shown.length);
  const next = (await pageOf({})).filter(({ poll }) => poll && poll.nextExpectedRequestAt < new Date());
  expect(next.map((t) => t.controllerId)).toEqual(
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the filter language writes its placeholders so.
    await idsOf('nextExpectedRequestAt=lt=${now_ts}'),
  );
});

test.each<[TargetOrderField, string[]]>([
  ['overdue', ['a', 'b', 'never', 'slow1', 'c', 'slow2']],
  ['nextExpectedRequestAt', ['slow2', 'c', 'b', 'a', 'slow1', 'never']],
])('targets are ordered by %s, in pages too', async (field, expected) => {
  const orderBy = [{ field, direction: 'asc' as const }];
  expect((await pageOf({ orderBy })).map((t) => t.controllerId)).toEqual(expected);
  const walked: string[] = [];
  let after: string | null = null;
  for (;;) {
    const page = await (await listTargets(context, { orderBy, first: 2, after })).page();
    walked.push(...page.items.map((t) => t.controllerId));
    if (!page.hasNext) break;
    after = page.cursorOf(page.items.at(-1)!);
  }
  expect(walked).toEqual(expected);
});

it('can limit a permission', async () => {
  const by = tenant.contextOf(['READ_TARGET/overdue==true']);
  expect(await idsOf('id==*', by)).toEqual(['c', 'slow2']);
});
