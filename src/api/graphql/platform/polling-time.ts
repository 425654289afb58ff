import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { Duration } from '../server/scalars.ts';

const INTERVAL = 'How long a device waits: from 00:00:30 to 23:59:59.';
const DEVIATION =
  'By how many percent the time of each device differs, to either side, so that not all come at once: from 0 to 99.';
const FILTER = 'RSQL: which targets.';
const OVERRIDES = 'Others for some targets, at most 100; the first whose filter matches counts.';

@ObjectType({ simpleResolvers: true, description: 'How long some targets wait between polls.' })
export class PollingOverride {
  @Field(() => String, { description: FILTER })
  filter!: string;

  @Field(() => Duration, { description: INTERVAL })
  interval!: string;

  @Field(() => Int, { description: DEVIATION })
  deviationPercent!: number;
}

@ObjectType({ simpleResolvers: true, description: 'How long devices wait between polls.' })
export class PollingTime {
  @Field(() => Duration, { description: INTERVAL })
  interval!: string;

  @Field(() => Int, { description: DEVIATION })
  deviationPercent!: number;

  @Field(() => [PollingOverride], { description: OVERRIDES })
  overrides!: PollingOverride[];
}

@InputType({ description: 'How long some targets wait between polls.' })
class PollingOverrideInput {
  @Field(() => String, { description: FILTER })
  filter!: string;

  @Field(() => Duration, { description: INTERVAL })
  interval!: string;

  @Field(() => Int, { defaultValue: 0, description: DEVIATION })
  deviationPercent!: number;
}

@InputType({ description: 'How long devices wait between polls.' })
export class PollingTimeInput {
  @Field(() => Duration, { description: INTERVAL })
  interval!: string;

  @Field(() => Int, { defaultValue: 0, description: DEVIATION })
  deviationPercent!: number;

  @Field(() => [PollingOverrideInput], { defaultValue: [], description: OVERRIDES })
  overrides!: PollingOverrideInput[];
}
