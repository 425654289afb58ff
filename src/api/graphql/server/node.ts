import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, InterfaceType, ObjectType } from 'type-graphql';

/* What implements these has a number as its `id` in the code; `withGlobalIds` makes the global id of it. */

@InterfaceType({
  description: 'Something that has an identity: `node(id)` finds it again.',
  autoRegisterImplementations: false,
})
export abstract class Node {
  @Field(() => ID, {
    description: 'Its global id: no two things have the same, whatever their types and tenants.',
  })
  id!: number;
}

export const NUMBER = 'The number that the REST API, filters and files show.';

/** Something whose number is shown elsewhere too. `withGlobalIds` takes the number from its `id`. */
@ObjectType({ simpleResolvers: true, implements: Node, description: 'Something that has a number.' })
export abstract class NumberedNode extends Node {
  @Field(() => GraphQLSafeInt, { description: NUMBER })
  number?: number;
}
