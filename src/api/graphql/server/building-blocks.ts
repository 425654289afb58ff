import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import { ArgsType, Field, InputType, ObjectType } from 'type-graphql';
import { enumOf, OrderDirection } from './enums.ts';
import { Node, NUMBER } from './node.ts';
import { PageArgs } from './pagination.ts';

/** The fields of everything that has an identity and an author. */
@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: 'Something that has an identity and an author.',
})
export abstract class AuthoredNode extends Node {
  @Field(() => GraphQLDateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => String, { description: 'Who created it.' })
  createdBy!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was changed last.' })
  lastModifiedAt!: Date;

  @Field(() => String, { description: 'Who changed it last.' })
  lastModifiedBy!: string;
}

/** The same of what has a number that others show, too. */
@ObjectType({ simpleResolvers: true, description: 'Something that has a number and an author.' })
export abstract class AuthoredNumberedNode extends AuthoredNode {
  @Field(() => GraphQLSafeInt, { description: NUMBER })
  number?: number;
}

/** The fields by which all of these can be ordered. */
export const AUTHORED_ORDER = {
  id: 'By the identifier, which is also the order of creation.',
  createdAt: 'By the time of creation.',
  createdBy: 'By who created it.',
  lastModifiedAt: 'By the time of the last change.',
  lastModifiedBy: 'By who changed it last.',
};

/** The arguments of a list that can be ordered by these fields. */
export function orderedArgs<F extends string>(
  name: string,
  items: string,
  fields: Record<F, string>,
  unordered = 'by id',
) {
  const OrderField = enumOf<F>(`${name}OrderField`, `What ${items} can be ordered by.`, fields);

  @InputType(`${name}Order`, { description: `One criterion of the order of ${items}.` })
  class Order {
    @Field(() => OrderField, { description: 'What to order by.' })
    field!: F;

    @Field(() => OrderDirection, { description: 'Which way.' })
    direction!: OrderDirection;
  }

  @ArgsType()
  abstract class OrderedArgs extends PageArgs {
    @Field(() => [Order], {
      nullable: true,
      description: `The criteria of the order, the most important first. Default: ${unordered}.`,
    })
    orderBy?: Order[] | null;
  }
  return OrderedArgs;
}

export const SoftDeleted = enumOf(
  'SoftDeleted',
  'Whether a list shows what was deleted while it was in use.',
  {
    EXCLUDE_SOFT_DELETED: 'No: only what was not deleted.',
    INCLUDE_SOFT_DELETED: 'Yes, together with everything else.',
    ONLY_SOFT_DELETED: 'Only that, and nothing else.',
  },
);
export type SoftDeleted = 'EXCLUDE_SOFT_DELETED' | 'INCLUDE_SOFT_DELETED' | 'ONLY_SOFT_DELETED';

/** The same arguments of a list that can show deleted ones, too. */
export function orderedArgsWithDeleted<F extends string>(
  name: string,
  items: string,
  fields: Record<F, string>,
  unordered?: string,
) {
  @ArgsType()
  abstract class ArgsWithDeleted extends orderedArgs<F>(name, items, fields, unordered) {
    @Field(() => SoftDeleted, {
      defaultValue: 'EXCLUDE_SOFT_DELETED',
      description: 'Whether to show those that were deleted while they were in use.',
    })
    softDeleted!: SoftDeleted;
  }
  return ArgsWithDeleted;
}
