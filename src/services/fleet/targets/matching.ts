import { and, eq, type SQL } from 'drizzle-orm';
import type { Database, Transaction } from '../../../database/connect.ts';
import { targetDeployments } from '../../../database/tables/actions.ts';
import { distributionSets } from '../../../database/tables/distribution-sets.ts';
import { targetTags } from '../../../database/tables/target-data.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { compileExpression, compileFilter } from '../../../filters/compile.ts';
import { type Comparison, comparisonsIn, type Expression } from '../../../filters/expression.ts';
import { type FieldSet, fieldSet } from '../../../filters/fields.ts';
import { textWithoutWildcards } from '../../../filters/operands.ts';
import { parseFilter } from '../../../filters/parse.ts';
import { readableFields } from '../../access/readable-fields.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import type { Context } from '../../shared/context.ts';
import { TARGET_TAG_FIELDS } from '../target-tags/fields.ts';
import { TARGET_TYPE_FIELDS } from '../target-types/fields.ts';
import { filterMoments, itsDeployment, TARGET_FIELDS } from './fields.ts';

const SET_FIELDS = fieldSet([
  [['name'], { kind: 'text', column: distributionSets.name }],
  [['version'], { kind: 'text', column: distributionSets.version }],
]);

/** Fields that name what targets refer to by id: where the names are, and the field that takes the ids. */
const REFERENCES = [
  {
    names: ['tag', 'tag.name', 'tags.name'],
    table: targetTags,
    fields: TARGET_TAG_FIELDS,
    by: 'name',
    id: 'tag.id',
  },
  {
    names: ['type', 'type.key', 'targettype.key'],
    table: targetTypes,
    fields: TARGET_TYPE_FIELDS,
    by: 'key',
    id: 'type.id',
  },
  {
    names: ['type.name', 'targettype.name'],
    table: targetTypes,
    fields: TARGET_TYPE_FIELDS,
    by: 'name',
    id: 'type.id',
  },
  ...(['name', 'version'] as const).flatMap((by) => [
    {
      names: [`assignedds.${by}`, `assigneddistributionset.${by}`],
      table: distributionSets,
      fields: SET_FIELDS,
      by,
      id: 'assigned set',
    },
    {
      names: [`installedds.${by}`, `installeddistributionset.${by}`],
      table: distributionSets,
      fields: SET_FIELDS,
      by,
      id: 'installed set',
    },
  ]),
];

/** By these it asks for sets that it has looked up. Nobody else can: a name in a filter has no space. */
const SETS_BY_ID = fieldSet([
  [['assigned set'], { ...itsDeployment, value: targetDeployments.assignedSetId, integers: true }],
  [['installed set'], { ...itsDeployment, value: targetDeployments.installedSetId, integers: true }],
]);

/** What is beyond these is left to the database, as is a name that stands for none, too. */
const MOST_LOOKUPS = 10;
const MOST_IDS = 100;

/**
 * The condition that a target matches a filter, as time, settings, tags, types and sets are now. Names of these are looked
 * up before, because PostgreSQL knows how many targets have the tag of an id, but not of a name, and so whether it does
 * better to go through the targets in their order or to begin with those of the tag. `fields` are those of targets
 * as somebody sees them.
 * @throws the filter's errors
 */
export async function matchingTargets(
  database: Database | Transaction,
  { tenant, now, fields = TARGET_FIELDS }: { tenant: Tenant; now: Date; fields?: FieldSet },
  filter: Expression,
): Promise<SQL> {
  const moments = filterMoments(tenant, now);
  // Before anything is looked up: what is wrong with the filter is told together.
  const whole = compileFilter(filter, fields, moments);
  const lookUp = async (comparison: Comparison) => {
    const { table, fields: own, by, id } = referenceOf(comparison)!;
    const named = compileExpression(
      { ...comparison, field: by, operator: positive(comparison) },
      own,
      moments,
    );
    const rows = await database
      .select({ id: table.id })
      .from(table)
      .where(and(eq(table.tenantId, tenant.tenantId), named))
      .limit(MOST_IDS + 1);
    return rows.length > MOST_IDS ? comparison : byIds(comparison, id, rows);
  };
  const isPlain = ({ field }: Comparison) => {
    const name = field.toLowerCase();
    return fields.get(name) === TARGET_FIELDS.get(name);
  };
  const names = comparisonsIn(filter)
    .filter((comparison) => referenceOf(comparison) && isPlain(comparison))
    .slice(0, MOST_LOOKUPS);
  const replacements = new Map(
    await Promise.all(names.map(async (comparison) => [comparison, await lookUp(comparison)] as const)),
  );
  if (!replacements.size) return whole;
  return compileFilter(replaced(filter, replacements), new Map([...fields, ...SETS_BY_ID]), moments);
}

/**
 * The condition that a target matches a filter as the caller wrote it; undefined where there is none.
 * @throws FORBIDDEN where it asks for what the caller may not read, the filter's errors
 */
export async function askedTargets(
  database: Database | Transaction,
  context: Context,
  text: string | null | undefined,
): Promise<SQL | undefined> {
  if (text == null) return undefined;
  const tenant = await context.tenants.byId(context.caller.tenantId);
  const filter = parseFilter(text);
  const fields = await readableFields(context, TARGET_FIELDS, filter);
  return matchingTargets(database, { tenant, now: context.clock(), fields }, filter);
}

function referenceOf({ field, values }: Comparison) {
  if (!values.length || values.some((value) => textWithoutWildcards(value) === '')) return undefined;
  return REFERENCES.find(({ names }) => names.includes(field.toLowerCase()));
}

const OPPOSITES: Partial<Record<Comparison['operator'], '==' | '=in='>> = { '!=': '==', '=out=': '=in=' };
const positive = ({ operator }: Comparison) => OPPOSITES[operator] ?? operator;

function byIds(comparison: Comparison, field: string, rows: readonly { id: number }[]): Comparison {
  const operator = OPPOSITES[comparison.operator] ? '=out=' : '=in=';
  const values = rows.map(({ id }) => ({ pieces: [String(id)], position: comparison.position }));
  return { ...comparison, field, operator, values };
}

function replaced(expression: Expression, replacements: ReadonlyMap<Comparison, Comparison>): Expression {
  if (expression.kind === 'comparison') return replacements.get(expression) ?? expression;
  return { ...expression, children: expression.children.map((child) => replaced(child, replacements)) };
}
