import { type ClassType, Directive, Field, InputType } from 'type-graphql';
import { MOST_ROWS } from '../../../services/shared/rows.ts';
import type { UserError } from './errors.ts';
import { idOf } from './ids.ts';

/** Declares an input of which exactly one field is given: above `@InputType`. GraphQL itself refuses all else. */
export const OneOf = () => Directive('@oneOf');

/** Which of many things a mutation is for. */
export type Selection = { ids: number[]; filter?: undefined } | { filter: string; ids?: undefined };

/** The input type for things of that type, as `TargetSelection`; descriptions call them `items`. */
export function selectionOf(type: string, items: string, most = MOST_ROWS): ClassType<object> {
  @OneOf()
  @InputType(`${type}Selection`, {
    description: `Which ${items}: either some by their ids, or all that match.`,
  })
  class Chosen {
    @Field(() => [idOf(type)], {
      nullable: true,
      description: `Their ids, at most ${most}; nothing is done if one of them is unknown.`,
    })
    ids?: number[];

    @Field(() => String, { nullable: true, description: 'All that match this RSQL expression.' })
    filter?: string;
  }
  return Chosen;
}

/** One type of software, by its id or by its key. */
export type TypeChoice = { id: number; key?: undefined } | { key: string; id?: undefined };

/** The input type that names one type of that kind, as `SoftwareModuleTypeChoice`. */
export function typeChoiceOf(type: string): ClassType<object> {
  @OneOf()
  @InputType(`${type}Choice`, { description: 'Which type: either by its id or by its key.' })
  class Chosen {
    @Field(() => idOf(type), { nullable: true, description: 'Its id.' })
    id?: number;

    @Field(() => String, { nullable: true, description: 'Its key.' })
    key?: string;
  }
  return Chosen;
}

/** A row of an input with such a choice, as verbs take it. */
export const withType = <R extends { type?: TypeChoice | null }>({ type, ...row }: R) => ({
  ...row,
  ...(type && (type.id === undefined ? { type: type.key } : { typeId: type.id })),
});

/**
 * The payload of a mutation whose verb has other names for places of the input: `places` has the verb's, each with the
 * input's.
 */
export async function asPlaced<P extends { userErrors: UserError[] }>(
  payload: Promise<P>,
  places: Readonly<Record<string, readonly string[]>>,
): Promise<P> {
  const answered = await payload;
  const userErrors = answered.userErrors.map((error) => {
    const [first = '', ...rest] = error.path;
    return { ...error, path: [...(places[first] ?? [first]), ...rest].filter(Boolean) };
  });
  return { ...answered, userErrors };
}
