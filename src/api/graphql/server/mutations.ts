import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { DomainError } from '../../../errors.ts';
import { mapInTurns } from '../../../services/shared/turns.ts';
import { BulkErrorPolicy } from './enums.ts';
import { Payload, type UserError, userErrorsOf as userErrorsOfOne } from './errors.ts';
import { globalId, idOf } from './ids.ts';

@InputType({ description: 'The options of a bulk creation.' })
export abstract class BulkInput {
  @Field(() => BulkErrorPolicy, {
    defaultValue: 'REJECT_ALL',
    description: 'What happens to the good rows if others are bad.',
  })
  errorPolicy!: BulkErrorPolicy;

  @Field(() => Boolean, { defaultValue: false, description: 'Checks everything and creates nothing.' })
  dryRun!: boolean;
}

/** The input of a mutation of one thing. */
export interface IdInput {
  id: number;
}

/** The class of inputs with the id of one thing of that type. */
export function idInput(type: string): abstract new () => IdInput {
  @InputType(`${type}IdInput`, { description: 'The id of one thing.' })
  abstract class Input implements IdInput {
    @Field(() => idOf(type), { description: 'Which one.' })
    id!: number;
  }
  return Input;
}

/** As many as a page of a cache can be expected to have. */
const MOST_IDS = 1_000;

@ObjectType({ simpleResolvers: true, description: 'What a deletion answers.' })
export abstract class DeletePayload extends Payload {
  @Field(() => [ID], {
    description: `The ids of what was deleted, of no more than ${MOST_IDS}; none where refused, or after a dry run.`,
  })
  deletedIds!: string[];

  @Field(() => Int, { description: 'How many were deleted, or would be without `dryRun`.' })
  deletedCount!: number;
}

type Fields = abstract new () => object;

const typeName = (mutation: string, kind: string) =>
  `${mutation[0]!.toUpperCase()}${mutation.slice(1)}${kind}`;

/** The input type of a mutation that has the same fields as others, under its own name. */
export function inputOf(mutation: string, fields: Fields) {
  @InputType(typeName(mutation, 'Input'), { description: `What \`${mutation}\` takes.` })
  class NamedInput extends fields {}
  return () => NamedInput;
}

/** The payload type of a mutation that has the same fields as others, under its own name. */
export function payloadOf(mutation: string, fields: Fields) {
  @ObjectType(typeName(mutation, 'Payload'), {
    simpleResolvers: true,
    description: `What \`${mutation}\` answers.`,
  })
  class NamedPayload extends fields {}
  return () => NamedPayload;
}

/** If more rows are refused, only the first fault of each is told: the answer is not to grow without end. */
const ROWS_TOLD_WHOLE = 1_000;

/** Faults as `userErrors`. @throws errors that are not about the input */
export async function userErrorsOf(faults: readonly unknown[]): Promise<UserError[]> {
  const tellsAll = faults.length <= ROWS_TOLD_WHOLE;
  const told = await mapInTurns(faults, (fault) => {
    const errors = userErrorsOfOne(fault);
    return tellsAll ? errors : errors.slice(0, 1);
  });
  return told.flat();
}

type Answer<T> = T & { userErrors: UserError[] };

/** The payload of a mutation: the fields of `work`, or `nothing` and the errors if it was refused. */
export async function answer<T extends object, N extends object>(
  nothing: N,
  work: Promise<T>,
): Promise<Answer<NoInfer<T> | NoInfer<N>>> {
  try {
    return { ...(await work), userErrors: [] };
  } catch (error) {
    return { ...nothing, userErrors: await userErrorsOf([error]) };
  }
}

/** The same for one field, which is null if the mutation was refused. */
export function payload<K extends string, T>(
  field: K,
  work: Promise<T>,
): Promise<Answer<Record<NoInfer<K>, NoInfer<T> | null>>> {
  const fields = (value: T | null) => ({ [field]: value }) as Record<K, T | null>;
  return answer(fields(null), work.then(fields));
}

/** The payload of a bulk creation: what was created as `field`, and which rows were refused. */
export async function creation<K extends string, T>(
  field: K,
  work: Promise<{ created: T[]; faults: readonly DomainError[] }>,
): Promise<Answer<Record<NoInfer<K>, NoInfer<T>[]>>> {
  const { created, faults } = await work.catch((error) => ({ created: [], faults: [error] }));
  return { [field]: created, userErrors: await userErrorsOf(faults) } as Answer<Record<K, T[]>>;
}

/** What `deletedIds` tells of them. */
export const deletedIdsOf = (type: string, ids: readonly number[]): string[] =>
  ids.slice(0, MOST_IDS).map((id) => globalId(type, id));

/** The payload of a deletion of one thing of that type by `remove`. */
export const deletion = ({ id }: IdInput, type: string, remove: (id: number) => Promise<unknown>) =>
  deletions(
    type,
    remove(id).then(() => [id]),
  );

/** The payload of a deletion of things of that type; `work` says which. */
export const deletions = (type: string, work: Promise<readonly number[]>, dryRun = false) =>
  answer(
    { deletedIds: [], deletedCount: 0 },
    work.then((ids) => ({
      deletedIds: dryRun ? [] : deletedIdsOf(type, ids),
      deletedCount: ids.length,
    })),
  );
