import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type TypeNode,
} from 'graphql';
import { fieldExtensionsEstimator, getComplexity, simpleEstimator } from 'graphql-query-complexity';
import { LRUCache } from 'lru-cache';

/**
 * A query costs about as much as its answer can have fields. Two full pages of 500 targets with everything that
 * targets have may be asked for at once.
 */
export const MOST_COST = 100_000;

const estimators = [fieldExtensionsEstimator(), simpleEstimator({ defaultComplexity: 1 })];

/** What operations of a remembered document cost, by name and by the variables that matter. */
const known = new WeakMap<DocumentNode, LRUCache<string, number>>();
const REMEMBERED_A_DOCUMENT = 50;

/** @throws GraphQLError where the operation could answer with more than is allowed */
export function refuseCostly(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): void {
  const costs = known.get(document) ?? new LRUCache<string, number>({ max: REMEMBERED_A_DOCUMENT });
  known.set(document, costs);
  const key = JSON.stringify([operation.name?.value, decisive(operation, variables)]);
  let cost = costs.get(key);
  if (cost === undefined) {
    cost = costOf(schema, document, operation, variables);
    if (cost === undefined) return;
    costs.set(key, cost);
  }
  if (cost > MOST_COST)
    throw new GraphQLError(
      `The operation costs ${cost}, and no more than ${MOST_COST} is allowed: ask for smaller pages or fewer fields.`,
      { extensions: { code: 'COST_LIMIT_EXCEEDED', cost, limit: MOST_COST, http: { status: 400 } } },
    );
}

/** Pages' sizes and whether to skip something: no other variable changes the cost. */
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
  query: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number | undefined {
  try {
    return getComplexity({
      schema,
      query,
      estimators,
      variables: { ...variables },
      ...(operation.name && { operationName: operation.name.value }),
    });
  } catch (error) {
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
}
