import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { users } from '../../../database/tables/users.ts';
import type { Context } from '../../shared/context.ts';
import { always, type Right } from '../rights.ts';
import { mayHave } from './user.ts';

/** The right to change an account: of a TENANT_ADMIN, to accounts that have no more than they have. */
export const managing: Right = async (context, ids) => {
  if (!context.caller.roles.has('TENANT_ADMIN')) return always(false);
  const found = await accountsAmong(context, ids);
  return (id) => mayHave(context.caller, found.get(id));
};

/** The right to delete an account, which nobody has to their own. */
export const deletingUser: Right = async (context, ids) => {
  const { caller } = context;
  if (!caller.roles.has('TENANT_ADMIN')) return always(false);
  const found = await accountsAmong(context, ids);
  const isOwn = (id: number) => caller.kind !== 'TOKEN' && found.get(id)?.username === caller.username;
  return (id) => mayHave(caller, found.get(id)) && !isOwn(id);
};

/** The right to set a password: to one's own where one signed in by it, else as to change the account. */
export const settingPassword: Right = async (context, ids) => {
  const { caller } = context;
  if (caller.kind === 'API_KEY') return always(false);
  const isAdministrator = caller.roles.has('TENANT_ADMIN');
  if (!isAdministrator && caller.kind !== 'USER') return always(false);
  const found = await accountsAmong(context, ids);
  return (id) => {
    const account = found.get(id);
    return (isAdministrator || account?.username === caller.username) && mayHave(caller, account);
  };
};

async function accountsAmong({ database, caller }: Context, ids: readonly number[]) {
  const rows = await database
    .select({
      id: users.id,
      username: users.username,
      permissions: users.permissions,
      roles: users.roles,
    })
    .from(users)
    .where(and(eq(users.tenantId, caller.tenantId), isAmong(users.id, ids)));
  return new Map(rows.map((row) => [row.id, row]));
}
