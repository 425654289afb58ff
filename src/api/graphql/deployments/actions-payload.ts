import { Args, Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { listActionsAmong } from '../../../services/deployments/actions/list.ts';
import type { BulkChange } from '../../../services/jobs/begin.ts';
import { changedMany, JobPayload } from '../jobs/payloads.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Needs } from '../server/needs.ts';
import { connection, listCost } from '../server/pagination.ts';
import { ActionConnection, ActionsArgs, actionView } from './actions.ts';

@ObjectType({ simpleResolvers: true, description: 'What mutations of actions answer.' })
export abstract class ActionsPayload extends JobPayload {
  /** Of those that are different now, or new. */
  actionIds!: number[];

  @Field(() => Int, {
    description:
      'How many actions are different now, or new; or would be after a dry run. What was so already does not count. 0 where a job does it.',
  })
  affectedCount!: number;
}

/** The payload of such a mutation. */
export const changedActions = async (work: Promise<BulkChange>) => {
  const { ids = [], ...done } = await changedMany(work);
  return { ...done, actionIds: [...ids] };
};

@Resolver(() => ActionsPayload)
export class ActionsPayloadResolver {
  @Needs('READ_TARGET')
  @FieldResolver(() => ActionConnection, {
    description: 'These actions as they are now; none of a dry run or a job.',
    complexity: listCost,
  })
  async actions(
    @Root() { actionIds }: ActionsPayload,
    @Args(() => ActionsArgs) args: ActionsArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await listActionsAmong(context, actionIds, args), actionView);
  }
}
