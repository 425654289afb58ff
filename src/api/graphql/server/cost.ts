import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  type OperationDefinitionNode,
  TypeInfo,
  type TypeNode,
  ValidationContext,
} from 'graphql';
import {
  type ComplexityEstimator,
  createComplexityRule,
  fieldExtensionsEstimator,
  simpleEstimator,
} from 'graphql-query-complexity';
import { LRUCache } from 'lru-cache';
import type { VariablesSize } from './variables.ts';

/**
 * The cost of a query is about the number of fields that its answer can have. One query may ask for two full pages of
 * 500 targets with all their fields.
 */
export const MOST_COST = 130_000;

/** The answer of a mutation grows with the rows in its input. */
const rowsEstimator: ComplexityEstimator = ({ type, args, childComplexity }) => {
  if (type.name !== 'Mutation') return undefined;
  return 1 + Math.max(1, ...Object.values(args['input'] ?? {}).map(rowsIn)) * childComplexity;
};
const rowsIn = (value: unknown) => (Array.isArray(value) && typeof value[0] === 'object' ? value.length : 1);

/** Usual lengths of the lists of introspection; there are hundreds of types. */
const INTROSPECTED: Readonly<Record<string, number>> = {
  '__Schema.types': 400,
  '__Schema.directives': 5,
  '__Type.fields': 8,
  '__Type.inputFields': 2,
  '__Type.enumValues': 2,
  '__Type.interfaces': 1,
  '__Type.possibleTypes': 1,
  '__Field.args': 1,
  '__Directive.args': 2,
};
/** A field for which nothing has to be read. */
const INTROSPECTED_FIELD = 0.33;
const introspectionEstimator: ComplexityEstimator = ({ type, field, childComplexity }) =>
  type.name.startsWith('__')
    ? INTROSPECTED_FIELD + (INTROSPECTED[`${type.name}.${field.name}`] ?? 1) * childComplexity
    : undefined;

/** An argument is read again for each object that has the field, so the entries of its lists count. */
const withArguments =
  (estimate: ComplexityEstimator): ComplexityEstimator =>
  (options) => {
    const cost = estimate(options);
    return cost === undefined ? undefined : cost + sum(Object.values(options.args).map(valuesIn));
  };

/** Entries of lists and fields of objects. */
const valuesIn = (value: unknown): number =>
  typeof value === 'object' && value !== null ? sum(Object.values(value).map((one) => 1 + valuesIn(one))) : 0;
const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

const estimators = [
  introspectionEstimator,
  rowsEstimator,
  withArguments(fieldExtensionsEstimator()),
  withArguments(simpleEstimator({ defaultComplexity: 1 })),
];

/** The costs of operations of a remembered document, by name and by the variables that matter. */
const known = new WeakMap<DocumentNode, LRUCache<string, number>>();
const REMEMBERED_A_DOCUMENT = 50;

/** The request for an operation; `lists` say how much is in its variables. */
interface Given {
  variables: Readonly<Record<string, unknown>>;
  lists: VariablesSize['lists'];
}

/**
 * Says what the operation costs; undefined if its variables are wrong.
 * @throws GraphQLError if that is more than is allowed
 */
export function refuseCostly(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Given,
): number | undefined {
  const costs = known.get(document) ?? new LRUCache<string, number>({ max: REMEMBERED_A_DOCUMENT });
  known.set(document, costs);
  const key = JSON.stringify([operation.name?.value, given.lists, decisive(operation, given.variables)]);
  let cost = costs.get(key);
  if (cost === undefined) {
    cost = costOf(schema, document, operation, given.variables);
    if (cost === undefined) return undefined;
    costs.set(key, cost);
  }
  if (cost > MOST_COST)
    throw new GraphQLError(
      `The operation costs ${Math.round(cost)}, and no more than ${MOST_COST} is allowed: ask for smaller pages or fewer fields, or send fewer rows.`,
      { extensions: { code: 'COST_LIMIT_EXCEEDED', cost: shownCost(cost), http: { status: 400 } } },
    );
  return cost;
}

/** The cost of an operation as `extensions` show it. */
export const shownCost = (cost: number) => ({ asked: Math.round(cost), limit: MOST_COST });

/** Only page sizes and @skip or @include change the cost; of other variables only the number of values does. */
const decisive = (
  { variableDefinitions }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
) =>
  (variableDefinitions ?? [])
    .filter(({ type }) => ['Int', 'Boolean'].includes(typeName(type)))
    .map(({ variable }) => variables[variable.name.value]);

const typeName = (type: TypeNode): string => ('name' in type ? type.name.value : typeName(type.type));

/** Undefined if the variables are wrong: the execution has a better message. */
function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number | undefined {
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
    maxErrors: 1,
  });
  if (!coerced) return undefined;
  let fits = true;
  const context = new ValidationContext(schema, document, new TypeInfo(schema), () => {
    fits = false;
  });
  const measure = createComplexityRule({ estimators, maximumComplexity: Number.POSITIVE_INFINITY })(context);
  // It would coerce them itself, and collect an error for every wrong value.
  measure.variableValues = coerced;
  const cost = measure.nodeComplexity(operation, schema.getRootType(operation.operation) ?? undefined);
  return fits ? cost : undefined;
}
