import { Args, ArgsType, Ctx, Field, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { printText } from '../../../filters/print.ts';
import type { TargetGroupOrderField as OrderField } from '../../../services/fleet/target-groups/fields.ts';
import type { TargetGroup as Entity } from '../../../services/fleet/target-groups/group.ts';
import { listTargetGroups } from '../../../services/fleet/target-groups/list.ts';
import { orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';

@ObjectType({
  simpleResolvers: true,
  description:
    'A group that targets are in. It is there as long as they are, and has no id: names of groups are compared without regard to case.',
})
class TargetGroup implements Entity {
  @Field(() => String, { description: 'Its name; a slash leads to a subgroup.' })
  name!: string;

  @Field(() => Int, {
    description: 'How many targets are in it that the account may see, without those of its subgroups.',
  })
  targetCount!: number;

  @Field(() => String, { description: 'The filter of targets that finds them.' })
  filter!: string;
}

const view = (group: Entity): TargetGroup => ({ ...group, filter: `group==${printText(group.name)}` });

@ArgsType()
class TargetGroupsArgs extends orderedArgs<OrderField>(
  'TargetGroup',
  'groups of targets',
  { name: 'By the name.', targetCount: 'By how many targets are in it.' },
  'by name',
) {}

const { Connection } = connectionTypes('TargetGroup', 'groups of targets', TargetGroup);

/** It goes through all targets once, and once more for `totalCount`. */
const COUNTING_COST = 1_000;

@Resolver()
export class TargetGroupResolver {
  @Query(() => Connection, {
    description: 'Lists the groups that targets are in, each with how many. Needs READ_TARGET.',
    complexity: (options) => COUNTING_COST + listCost(options),
  })
  async targetGroups(@Args(() => TargetGroupsArgs) args: TargetGroupsArgs, @Ctx() context: GraphqlContext) {
    return connection(await listTargetGroups(context, args), view);
  }
}
