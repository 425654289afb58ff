import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { Payload } from '../server/errors.ts';
import { answer } from '../server/mutations.ts';

@InputType({ description: 'Which targets a mutation of many is for: either controllerIds or a filter.' })
export abstract class SelectedTargetsInput {
  @Field(() => [String], { nullable: true, description: 'Which targets.' })
  controllerIds?: string[] | null;

  @Field(() => String, { nullable: true, description: 'All targets that match this RSQL expression.' })
  filter?: string | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Only says how many it would be.' })
  dryRun!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'What a mutation of many targets answers.' })
export abstract class AffectedTargetsPayload extends Payload {
  @Field(() => Int, {
    description:
      'How many targets are different now, or would be after a dry run; those that were so already do not count.',
  })
  affectedCount!: number;
}

/** The payload of a mutation of many targets: how many it concerned, and what was wrong with the input. */
export const affectedTargets = (input: object, work: Promise<number>) =>
  answer(
    input,
    { affectedCount: 0 },
    work.then((affectedCount) => ({ affectedCount })),
  );
