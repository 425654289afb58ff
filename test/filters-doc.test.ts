import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it, test } from 'vitest';
import { listActions } from '../src/services/deployments/actions/list.ts';
import { listRollouts } from '../src/services/deployments/rollouts/list.ts';
import { listTargets } from '../src/services/fleet/targets/find.ts';
import { FILTERABLE, type FilterEntity } from '../src/services/platform/filter-language/entities.ts';
import { type FilterField, listFilterFields } from '../src/services/platform/filter-language/fields.ts';
import { validateFilter } from '../src/services/platform/filter-language/validate.ts';
import type { Context } from '../src/services/shared/context.ts';
import { listDistributionSets } from '../src/services/software/distribution-sets/list.ts';
import { listSoftwareModules } from '../src/services/software/software-modules/list.ts';
import { newTenant, openTestPlatform } from './support/platform.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);
const context = (await newTenant(platform)).contextOf(undefined, ['TENANT_ADMIN', 'SYSTEM_ADMIN']);

const page = readFileSync(new URL('../docs/filters.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^```filter (\w+)\n(.*?)^```$/gms)].flatMap(([, of, lines]) =>
  lines!
    .trim()
    .split('\n')
    .map((filter) => [of as FilterEntity, filter] as const),
);

type List = (
  context: Context,
  request: { filter: string },
) => Promise<{ page(): Promise<{ items: unknown[] }> }>;
const LISTS: Partial<Record<FilterEntity, List>> = {
  target: listTargets,
  action: listActions,
  rollout: listRollouts,
  distributionSet: listDistributionSets,
  softwareModule: listSoftwareModules,
};

/** The table of the fields of an entity, as docs/filters.md has it. */
function tableOf(fields: readonly FilterField[]): string {
  const code = (texts: readonly string[]) => texts.map((text) => `\`${text}\``).join(', ');
  const rows = fields.map(({ name, aliases, type, hasKey, hasMany, values, description }) => {
    const shown = hasKey ? `${name}.<key>` : name;
    const kind = values ? code(values) : `${type}${hasMany ? ', several' : ''}`;
    return `| \`${shown}\` | ${code(aliases)} | ${kind} | ${description} |`;
  });
  return ['| field | also | values | what it says |', '|---|---|---|---|', ...rows].join('\n');
}

it('has examples of everything that can be listed by many filters', () => {
  expect(examples.length).toBeGreaterThan(50);
  const operators = examples.map(([, filter]) => filter).join(' ');
  for (const { operators: all } of listFilterFields(context, 'target'))
    for (const operator of all) expect(operators.includes(operator), operator).toBe(true);
});

describe('the example', () => {
  test.each(examples)('of %s: %s', async (of, filter) => {
    expect(await validateFilter(context, of, filter)).toEqual([]);
    const list = LISTS[of];
    expect(list, `a list of ${of}`).toBeDefined();
    expect((await (await list!(context, { filter })).page()).items).toEqual([]);
  });
});

test.each(Object.keys(FILTERABLE) as FilterEntity[])('the table of %s has its fields', (of) => {
  expect(page).toContain(`### ${of}\n\n${tableOf(listFilterFields(context, of))}\n`);
});
