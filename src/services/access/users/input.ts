import { z } from 'zod';
import type { DomainError } from '../../../errors.ts';
import { plainText } from '../../shared/text.ts';
import { type Grant, PERMISSIONS, ROLES, splitGrant } from '../grants.ts';
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

/** An issue that stays the error that it is made of. */
export const issueOf = (fault: DomainError) =>
  ({ code: 'custom', message: fault.message, params: { fault } }) as const;

/** Each grant once, in the order of the permissions, its filter as printed: the same grants are the same texts. */
export const Permissions = z
  .array(
    z.string().transform((given, check) => {
      const grant = readGrant(given);
      if (typeof grant === 'string') return grant;
      check.addIssue(issueOf(grant.fault));
      return z.NEVER;
    }),
  )
  .transform((given) => [...new Set(given)].sort((a, b) => place(a) - place(b)));

/** In their order, each once. */
const BuiltInRoles = z
  .array(z.enum(ROLES))
  .transform((given) => ROLES.filter((role) => given.includes(role)));

/** Roles that may be given: of the tenant by their ids. That those exist is checked when they are granted. */
export const GrantedRoles = z.object({
  builtInRoles: BuiltInRoles.nullish().transform((given) => given ?? []),
  roleIds: z
    .array(z.number())
    .nullish()
    .transform((given) => given ?? []),
});
export type GrantedRoles = z.output<typeof GrantedRoles>;

export const NewUser = z.object({
  username: Username,
  password: Password,
  permissions: Permissions.nullish().transform((given) => given ?? []),
  ...GrantedRoles.shape,
});

/** What an update may change. */
export const UserUpdate = z.object({
  id: z.number(),
  password: Password.optional(),
  permissions: Permissions.optional(),
  builtInRoles: BuiltInRoles.optional(),
  roleIds: z.array(z.number()).optional(),
});
export type UserUpdate = z.output<typeof UserUpdate>;
