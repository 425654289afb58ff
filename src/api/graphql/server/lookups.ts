import { Arg, type ClassType, Ctx, Query, Resolver } from 'type-graphql';
import { invalid } from '../../../errors.ts';
import type { Context } from '../../../services/shared/context.ts';
import type { GraphqlContext } from './context.ts';
import { idOf, readGlobalId } from './ids.ts';
import { loaderOf } from './loaders.ts';
import { Node } from './node.ts';

const MOST_NODES = 100;

/** How things of a type are found by their numbers. */
interface Lookup<E> {
  /** What the documentation calls one; from the type's name unless given. */
  what?: string;
  /** What a caller needs, for the documentation: `find` requires it. */
  needs: string;
  /** Finds something, or nothing, for each number. */
  find: (context: Context, ids: readonly number[]) => Promise<readonly (E | null | undefined)[]>;
  /** What the API shows of one; all unless given. */
  view?: (found: E) => object;
}

type Load = (context: Context, id: number) => Promise<object | null>;
const loads = new Map<string, Load>();

const wordsOf = (type: string) => type.replace(/(?<!^)([A-Z])/g, ' $1').toLowerCase();

/** The queries by id, `target(id)` for `Target`: each is added by `lookup`. */
@Resolver()
export class LookupResolver {
  [field: string]: (id: number, context: GraphqlContext) => Promise<object | null>;
}

/** Lets things of a type be found by `node` and `nodes` only. */
export function findable<E extends object>(name: string, how: Pick<Lookup<E>, 'find' | 'view'>): Load {
  const { find, view = (found: E): object => found } = how;
  const load: Load = loaderOf(async (context: Context, ids: readonly number[]) =>
    (await find(context, ids)).map((found) => (found ? view(found) : null)),
  );
  loads.set(name, load);
  return load;
}

/**
 * Lets things of a type, which implements `Node`, be found by their ids: by a query of their own, and by `node` and
 * `nodes`. Those that are asked for together are read with one statement.
 */
export function lookup<E extends object>(name: string, type: ClassType, how: Lookup<E>): void {
  const { what = wordsOf(name), needs } = how;
  const load = findable(name, how);
  const field = name[0]!.toLowerCase() + name.slice(1);
  const description = `The ${what} of that id; null where there is none. Needs ${needs}.`;
  const resolvers = LookupResolver.prototype;
  resolvers[field] = (id, context) => load(context, id);
  Reflect.defineMetadata('design:paramtypes', [Number, Object], resolvers, field);
  Query(() => type, { nullable: true, description })(resolvers, field, {});
  Arg('id', () => idOf(name), { description: 'Its id.' })(resolvers, field, 0);
  Ctx()(resolvers, field, 1);
}

/** @throws FORBIDDEN, like the query by id of its type */
async function findNode(context: GraphqlContext, id: string): Promise<object | null> {
  const { type = '', key = 0 } = readGlobalId(id) ?? {};
  const found = await loads.get(type)?.(context, key);
  return found ? { ...found, __typename: type } : null;
}

@Resolver()
export class NodeResolver {
  @Query(() => Node, {
    nullable: true,
    description:
      'What has that id; null where there is nothing. Needs what the query by id of its type needs, otherwise null and FORBIDDEN.',
  })
  node(
    @Arg('id', () => idOf('Node'), { description: 'The id of anything.' }) id: string,
    @Ctx() context: GraphqlContext,
  ): Promise<object | null> {
    return findNode(context, id);
  }

  @Query(() => [Node], {
    nullable: 'items',
    description: `What has these ids, in their order; null where there is nothing. Each needs what the query by id of its type needs, otherwise null and FORBIDDEN. At most ${MOST_NODES} ids.`,
    complexity: ({ args: { ids }, childComplexity }) => 1 + ids.length * childComplexity,
  })
  async nodes(
    @Arg('ids', () => [idOf('Node')], { description: 'The ids of anything.' }) ids: string[],
    @Ctx() context: GraphqlContext,
  ): Promise<(object | Error | null)[]> {
    if (ids.length > MOST_NODES) throw invalid(`ids: must be at most ${MOST_NODES}`, ['ids']);
    // An error is one of that item.
    return Promise.all(ids.map((id) => findNode(context, id).catch((error: Error) => error)));
  }
}
