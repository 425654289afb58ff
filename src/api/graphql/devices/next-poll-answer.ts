import { Ctx, Field, FieldResolver, ID, ObjectType, Resolver, Root } from 'type-graphql';
import { findActions } from '../../../services/deployments/actions/find.ts';
import type { PollAnswer } from '../../../services/devices/polling/device.ts';
import { findNextPollAnswers } from '../../../services/devices/polling/poll-answer.ts';
import { deviceUrlOf, type LinkRel, pollLinks } from '../../poll-links.ts';
import { Action, actionView } from '../deployments/actions.ts';
import { Target, type TargetView } from '../fleet/targets.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { globalId } from '../server/ids.ts';
import { loaderOfFound } from '../server/loaders.ts';
import { Needs } from '../server/needs.ts';
import { Duration, Url } from '../server/scalars.ts';

const PollLinkRel = enumOf<LinkRel>('PollLinkRel', 'What a device finds at a link.', {
  deploymentBase: 'An update: `deploymentBase` in the answer.',
  cancelAction: 'A cancellation: `cancelAction` in the answer.',
  confirmationBase: 'A question for consent: `confirmationBase` in the answer.',
  installedBase: 'What it has installed: `installedBase` in the answer.',
  configData: 'Where it reports its attributes: `configData` in the answer.',
});

@ObjectType({ simpleResolvers: true, description: 'A link in the answer to a poll.' })
class PollLink {
  @Field(() => PollLinkRel, { description: 'What the device finds there.' })
  rel!: LinkRel;

  @Field(() => Url, { description: 'The address.' })
  href!: string;
}

@ObjectType({
  simpleResolvers: true,
  description: "What a device's next poll will be answered with, as things are now.",
})
class NextPollAnswer {
  @Field(() => Duration, { description: 'When it is to poll again: `HH:mm:ss`, with the deviation.' })
  sleep!: string;

  @Field(() => [PollLink], { description: 'What it is to do; none if there is nothing to do.' })
  links!: PollLink[];

  @Field(() => ID, { nullable: true, description: 'The action that comes first; null without one.' })
  actionId!: string | null;

  @Field(() => Action, { nullable: true, description: 'The action that comes first, with its set.' })
  action!: () => Promise<Action | null>;
}

const loadAnswer = loaderOfFound(findNextPollAnswers);
const loadAction = loaderOfFound(findActions);

@Resolver(() => Target)
export class NextPollAnswerResolver {
  @Needs('READ_TARGET')
  @FieldResolver(() => NextPollAnswer, {
    nullable: true,
    description:
      "What its device's next poll will be answered with, by the code that answers polls; it changes nothing.",
  })
  async nextPollAnswer(
    @Root() { id, controllerId }: TargetView,
    @Ctx() context: GraphqlContext,
  ): Promise<NextPollAnswer | null> {
    const answer = await loadAnswer(context, id);
    if (!answer) return null;
    const { next } = answer;
    return {
      ...answerView(answer, deviceUrlOf(context.baseUrl, context.caller.tenantName, controllerId)),
      async action() {
        const found = next && (await loadAction(context, next.actionId));
        return found && actionView(found);
      },
    };
  }
}

const answerView = (answer: PollAnswer, own: string): Omit<NextPollAnswer, 'action'> => ({
  sleep: answer.sleep,
  links: pollLinks(answer, own).map(([rel, href]) => ({ rel, href })),
  actionId: answer.next && globalId('Action', answer.next.actionId),
});
