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
 * A query costs about as much as its answer can have fields. Two full pages of 500 targets with everything that
 * targets have may be asked for at once.
 */
export const MOST_COST = 100_000;

/** A mutation answers with as much as there are rows in its input. */
const rowsEstimator: ComplexityEstimator = ({ type, args, childComplexity }) => {
  if (type.name !== 'Mutation') return undefined;
  return 1 + Math.max(1, ...Object.values(args['input'] ?? {}).map(rowsIn)) * childComplexity;
};
const rowsIn = (value: unknown) => (Array.isArray(value) && typeof value[0] === 'object' ? value.length : 1);

/** What there usually is of these in an introspected type, and so on; of types there are hundreds. */
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
/** Nothing has to be read for it. */
const INTROSPECTED_FIELD = 0.33;
const introspectionEstimator: ComplexityEstimator = ({ type, field, childComplexity }) =>
  type.name.startsWith('__')
    ? INTROSPECTED_FIELD + (INTROSPECTED[`${type.name}.${field.name}`] ?? 1) * childComplexity
    : undefined;

/** What is given as an argument is read anew for each object that the field is of: what is in its lists counts. */
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

/** What operations of a remembered document cost, by name and by the variables that matter. */
const known = new WeakMap<DocumentNode, LRUCache<string, number>>();
const REMEMBERED_A_DOCUMENT = 50;

/** What an operation is asked with; `lists` tell how much is in its variables. */
interface Given {
  variables: Readonly<Record<string, unknown>>;
  lists: VariablesSize['lists'];
}

/** @throws GraphQLError where the operation could answer with more than is allowed */
export function refuseCostly(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Given,
): void {
  const costs = known.get(document) ?? new LRUCache<string, number>({ max: REMEMBERED_A_DOCUMENT });
  known.set(document, costs);
  const key = JSON.stringify([operation.name?.value, given.lists, decisive(operation, given.variables)]);
  let cost = costs.get(key);
  if (cost === undefined) {
    cost = costOf(schema, document, operation, given.variables);
    if (cost === undefined) return;
    costs.set(key, cost);
  }
  if (cost > MOST_COST)
    throw new GraphQLError(
      `The operation costs ${Math.round(cost)}, and no more than ${MOST_COST} is allowed: ask for smaller pages or fewer fields, or send fewer rows.`,
      { extensions: { code: 'COST_LIMIT_EXCEEDED', cost, limit: MOST_COST, http: { status: 400 } } },
    );
}

/** Pages' sizes and whether to skip something: no other variable changes the cost, but by how much is in it. */
const decisive = (
  { variableDefinitions }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
) =>
  (variableDefinitions ?? [])
    .filter(({ type }) => ['Int', 'Boolean'].includes(typeName(type)))
    .map(({ variable }) => variables[variable.name.value]);

const typeName = (type: TypeNode): string => ('name' in type ? type.name.value : typeName(type.type));

/** Undefined where the variables don't fit: executing says so better. */
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
  // It would coerce them itself, and gather an error for every value that doesn't fit.
  measure.variableValues = coerced;
  const cost = measure.nodeComplexity(operation, schema.getRootType(operation.operation) ?? undefined);
  return fits ? cost : undefined;
}
