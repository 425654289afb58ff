import { ArgsType, Field, Int } from 'type-graphql';
import { invalid } from '../../../errors.ts';
import { MOST_A_PAGE, type Page } from '../../../services/shared/page.ts';
import { connection } from './pagination.ts';

const DEFAULT_A_PAGE = 50;

@ArgsType()
export class NameListArgs {
  @Field(() => Int, {
    nullable: true,
    description: `How many items, 1 to ${MOST_A_PAGE}; default: ${DEFAULT_A_PAGE}.`,
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Only items after this cursor.' })
  after?: string | null;
}

interface NameList<T> {
  name: (item: T) => string;
  read(page: { limit: number; after: string | undefined }): Promise<{ items: T[]; hasNext: boolean }>;
}

/**
 * The connection of a list that a service pages by name. A cursor is the list and the name.
 * @throws INVALID_INPUT
 */
export async function nameConnection<T, V>(
  list: string,
  { first, after }: NameListArgs,
  view: (item: T) => V,
  { name, read }: NameList<T>,
) {
  const limit = first ?? DEFAULT_A_PAGE;
  if (limit < 1 || limit > MOST_A_PAGE) throw invalid(`first: must be from 1 to ${MOST_A_PAGE}`, ['first']);
  const { items, hasNext } = await read({ limit, after: readCursor(list, after) });
  const page: Page<T> = {
    items,
    cursorOf: (item) => Buffer.from(`${list}:${name(item)}`).toString('base64url'),
    hasNext,
    hasPrevious: after != null,
  };
  return connection({ page: async () => page }, view);
}

function readCursor(list: string, cursor: string | null | undefined): string | undefined {
  if (cursor == null) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!text.startsWith(`${list}:`)) throw invalid('after: is not a cursor of this list', ['after']);
  return text.slice(list.length + 1);
}
