import { z } from 'zod';
import { enteredText } from '../../shared/text.ts';
import { splitGrant } from '../grants.ts';
import { readGrant } from '../scopes.ts';
import { GrantedRoles, issueOf, Permissions } from '../users/input.ts';

const KeyName = enteredText(1, 64).refine((name) => !/\p{Cc}/u.test(name), 'must hold no control characters');

/** A filter on targets, as it is printed. */
const Scope = z.string().transform((text, check) => {
  const grant = readGrant(`READ_TARGET/${text}`);
  if (typeof grant === 'string') return splitGrant(grant).filter;
  check.addIssue(issueOf(grant.fault));
  return z.NEVER;
});

export const NewApiKey = z
  .object({
    name: KeyName,
    ownerId: z.number().nullish(),
    permissions: Permissions.nullish().transform((given) => given ?? []),
    ...GrantedRoles.shape,
    scope: Scope.nullish().transform((given) => given ?? null),
    expiresAt: z.date().nullish(),
  })
  .refine(
    ({ permissions, builtInRoles, roleIds }) => permissions.length + builtInRoles.length + roleIds.length > 0,
    {
      path: ['permissions'],
      error: 'a key needs a permission or a role',
    },
  )
  .refine(({ builtInRoles, scope }) => scope === null || !builtInRoles.length, {
    path: ['scope'],
    error: 'cannot narrow a built-in role, which may do more than with targets',
  });
