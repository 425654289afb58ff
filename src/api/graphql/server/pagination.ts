import { ArgsType, type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { type Listing, MOST_A_PAGE, type PageRequest } from '../../../services/shared/page.ts';

/** The default size of a page. */
const DEFAULT_A_PAGE = 50;

@ArgsType()
export abstract class WindowArgs {
  @Field(() => Int, {
    nullable: true,
    description: `How many items from the start; at most ${MOST_A_PAGE}. Default: ${DEFAULT_A_PAGE}.`,
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Only items after this cursor.' })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: `How many items from the end; at most ${MOST_A_PAGE}.` })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Only items before this cursor.' })
  before?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How many items to skip; not together with a cursor.',
  })
  offset?: number | null;
}

@ArgsType()
export abstract class PageArgs extends WindowArgs {
  @Field(() => String, {
    nullable: true,
    description:
      'Only items that match this RSQL expression, for example `name==sensor* and attribute.hw==r2`.',
  })
  filter?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The position of a page in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there are items after the page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether there are items before the page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the first item; null if the page is empty.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last item; null if the page is empty.',
  })
  endCursor!: string | null;
}

/** Declares the object types of a connection of `node`; descriptions call its items `items`. */
export function connectionTypes<T extends object>(name: string, items: string, node: ClassType<T>) {
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: `An item of a list of ${items}.` })
  class Edge {
    @Field(() => String, {
      description: 'The position of the item in the list, for `after` and `before`.',
    })
    cursor!: string;

    @Field(() => node, { description: 'The item.' })
    node!: T;
  }

  @ObjectType(`${name}Connection`, { simpleResolvers: true, description: `A page of a list of ${items}.` })
  class Connection {
    @Field(() => [Edge], { description: 'The items of the page, each with its cursor.' })
    edges!: Edge[];

    @Field(() => [node], { description: 'The items of the page.' })
    nodes!: T[];

    @Field(() => PageInfo, { description: 'The position of the page in the list.' })
    pageInfo!: PageInfo;

    @Field(() => Int, { description: 'How many items match in all; counted only if it is selected.' })
    totalCount!: number;
  }

  return { Connection };
}

/** The parts of a connection; each is loaded only if it is selected. */
export function connection<T, N>({ page, total }: Listing<T>, view: (item: T) => N) {
  return {
    totalCount: total,
    async nodes() {
      return (await page()).items.map(view);
    },
    async edges() {
      const { items, cursorOf } = await page();
      return items.map((item) => ({ node: view(item), cursor: cursorOf(item) }));
    },
    async pageInfo(): Promise<PageInfo> {
      const { items, cursorOf, hasNext, hasPrevious } = await page();
      const cursorAt = (index: number) => {
        const item = items.at(index);
        return item === undefined ? null : cursorOf(item);
      };
      return {
        hasNextPage: hasNext,
        hasPreviousPage: hasPrevious,
        startCursor: cursorAt(0),
        endCursor: cursorAt(-1),
      };
    },
  };
}

type Complexity = (options: { args: PageRequest<string>; childComplexity: number }) => number;

/** The cost of a list: its statements, and the fields of each item. */
export const listCost: Complexity = ({ args: { first, last }, childComplexity }) => {
  const size = first ?? last ?? DEFAULT_A_PAGE;
  return 50 + Math.min(Math.max(size, 1), MOST_A_PAGE) * childComplexity;
};
