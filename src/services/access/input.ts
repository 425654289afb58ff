import { z } from 'zod';
import { plainText } from '../text.ts';
import { PERMISSIONS, ROLES } from './permissions.ts';

/** What HTTP Basic can carry: a colon ends the name there, and a backslash the tenant before it. */
export const Username = plainText(1, 64)
  .refine((name) => !/[\\:]/.test(name), 'must hold no \\ and no :')
  .refine((name) => !/\p{Cc}/u.test(name), 'must hold no control characters')
  .refine((name) => name === name.trim(), 'must not begin or end with white space');

export const Password = plainText(5, 256);

/** A list of some of `all`: each once and in the order of `all`. */
const listOf = <T extends string>(all: readonly T[], word: string) => {
  const known = new Set<string>(all);
  const one = z.string().refine((given) => known.has(given), {
    error: ({ input }) => `there is no ${word} ${JSON.stringify(input)}`,
  });
  return z.array(one).transform((given) => all.filter((each) => given.includes(each)));
};
const permissions = listOf(PERMISSIONS, 'permission');
const roles = listOf(ROLES, 'role');

export const NewUser = z.object({
  username: Username,
  password: Password,
  permissions: permissions.nullish().transform((given) => given ?? []),
  roles: roles.nullish().transform((given) => given ?? []),
});
export type NewUser = z.output<typeof NewUser>;

/** What is missing or null stays. */
export const UserUpdate = z.object({
  username: Username,
  password: Password.nullish(),
  permissions: permissions.nullish(),
  roles: roles.nullish(),
});
export type UserUpdate = z.output<typeof UserUpdate>;

export const UserReference = z.object({ username: Username });

export const UserPage = z.object({
  limit: z.number().int().min(1).max(500).nullish(),
  after: Username.nullish(),
});
