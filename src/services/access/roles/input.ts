import { z } from 'zod';
import { enteredText } from '../../shared/text.ts';
import { isBuiltIn, PERMISSIONS, type Permission, splitGrant } from '../grants.ts';
import { Permissions } from '../users/input.ts';

const isPermission = (word: string) => PERMISSIONS.includes(word as Permission);

/** A token lists permissions and roles side by side, so that no role may have the name of a permission. */
const RoleName = enteredText(1, 64)
  .refine((name) => !/\p{Cc}/u.test(name), 'must hold no control characters')
  .refine((name) => !isBuiltIn(name), 'must not be that of a built-in role')
  .refine((name) => !isPermission(splitGrant(name).permission), 'must not be that of a permission');

const description = enteredText(0, 512);

export const NewRole = z.object({
  name: RoleName,
  description: description.nullish().transform((given) => given ?? ''),
  permissions: Permissions,
});

/** What an update may change; a role without a description has an empty one. */
export const RoleUpdate = z.object({
  id: z.number(),
  description: description.nullish().transform((given) => (given === null ? '' : given)),
  permissions: Permissions.optional(),
});
