import { z } from 'zod';
import { enteredText } from '../../shared/text.ts';
import { isBuiltIn, splitGrant } from '../grants.ts';
import { readGrant } from '../scopes.ts';
import { Permissions, RoleNames, Username } from '../users/input.ts';

const KeyName = enteredText(1, 64).refine((name) => !/\p{Cc}/u.test(name), 'must hold no control characters');

/** A filter on targets, as it is printed. */
const Scope = z.string().transform((text, check) => {
  const grant = readGrant(`READ_TARGET/${text}`);
  if (typeof grant === 'string') return splitGrant(grant).filter;
  check.addIssue({ code: 'custom', message: grant.fault });
  return z.NEVER;
});

export const NewApiKey = z
  .object({
    name: KeyName,
    owner: Username.nullish(),
    permissions: Permissions.nullish().transform((given) => given ?? []),
    roles: RoleNames.nullish().transform((given) => given ?? []),
    scope: Scope.nullish().transform((given) => given ?? null),
    expiresAt: z.date().nullish(),
  })
  .refine(({ permissions, roles }) => permissions.length + roles.length > 0, {
    path: ['permissions'],
    error: 'a key needs a permission or a role',
  })
  .refine(({ roles, scope }) => scope === null || !roles.some(isBuiltIn), {
    path: ['scope'],
    error: 'cannot narrow a built-in role, which may do more than with targets',
  });
