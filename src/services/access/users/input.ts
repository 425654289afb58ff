import { z } from 'zod';
import { plainText } from '../../shared/text.ts';
import { type Grant, isBuiltIn, PERMISSIONS, ROLES, splitGrant } from '../grants.ts';
import { isHardToGuess } from '../password-strength.ts';
import { readGrant } from '../scopes.ts';

/** What HTTP Basic can carry: a colon ends the name there, and a backslash the tenant before it. */
export const Username = plainText(1, 64)
  .refine((name) => !/[\\:]/.test(name), 'must hold no \\ and no :')
  .refine((name) => !/\p{Cc}/u.test(name), 'must hold no control characters')
  .refine((name) => name === name.trim(), 'must not begin or end with white space');

/** A password for a server that listens on a loopback address only: admin/admin is for trying things out. */
export const LocalPassword = plainText(5, 256);

export const Password = plainText(12, 256).refine(
  isHardToGuess,
  'is too easy to guess: it is a common one, or made of repetitions or of rows of keys',
);

const place = (grant: Grant) => PERMISSIONS.indexOf(splitGrant(grant).permission);

/** Each grant once, in the order of the permissions, its filter as printed: the same grants are the same texts. */
export const Permissions = z
  .array(
    z.string().transform((given, check) => {
      const grant = readGrant(given);
      if (typeof grant === 'string') return grant;
      check.addIssue({ code: 'custom', message: grant.fault });
      return z.NEVER;
    }),
  )
  .transform((given) => [...new Set(given)].sort((a, b) => place(a) - place(b)));

/** Names of built-in roles in their order, then of others. That those exist is checked when they are granted. */
export const RoleNames = z
  .array(z.string())
  .transform((given) => [
    ...ROLES.filter((role) => given.includes(role)),
    ...new Set(given.filter((role) => !isBuiltIn(role)).sort()),
  ]);

export const NewUser = z.object({
  username: Username,
  password: Password,
  permissions: Permissions.nullish().transform((given) => given ?? []),
  roles: RoleNames.nullish().transform((given) => given ?? []),
});
export type NewUser = z.output<typeof NewUser>;

/** What an update may change. */
export const UserUpdate = z.object({
  username: Username,
  password: Password.optional(),
  permissions: Permissions.optional(),
  roles: RoleNames.optional(),
});
export type UserUpdate = z.output<typeof UserUpdate>;

export const UserReference = z.object({ username: Username });
