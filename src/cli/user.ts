import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { setPassword } from '../services/access/users/set-password.ts';
import { withDatabase } from './database.ts';
import {
  grantsOf,
  HOLDER_FIELDS,
  type Holder,
  permissionsIn,
  rolesIn,
  rolesOf,
  userIdOf,
} from './granted.ts';
import { listOf } from './lists.ts';
import { print, table } from './print.ts';
import { ask, type ServerOptions, serverOf, withServer } from './server.ts';

interface User extends Holder {
  username: string;
  tenant: string;
}
interface Granted extends ServerOptions {
  newPassword?: string;
  role?: string[];
  permission?: string[];
}

const FIELDS = `id username tenant ${HOLDER_FIELDS} createdAt lastModifiedAt`;
const PASSWORD = 'its password; default: a random one, which is shown';

/** `muster user …`: the accounts of a tenant. */
export function userCommand(): Command {
  const user = new Command('user').description('accounts of the tenant: create, list, update, delete');
  withServer(user.command('list').description('lists the accounts')).action(list);
  granted(withServer(user.command('create <name>').description('creates an account')))
    .option('--new-password <password>', PASSWORD)
    .action(create);
  granted(withServer(user.command('update <name>').description('changes what is given')))
    .option('--new-password <password>', 'its new password')
    .action(update);
  withServer(user.command('delete <name>').description('deletes an account')).action(remove);
  user
    .command('set-password <name>')
    .description('sets a lost password directly in the database (DATABASE_URL or MUSTER_DATA_DIR)')
    .option('--tenant <name>', 'whose account', 'DEFAULT')
    .option('--new-password <password>', PASSWORD)
    .option('--json', 'print JSON, for programs')
    .action(setLostPassword);
  return user;
}

const granted = (command: Command) =>
  command
    .option('--role <role...>', 'TENANT_ADMIN, SYSTEM_ADMIN, or roles of the tenant')
    .option('--permission <permission...>', 'CREATE_TARGET, READ_TARGET/group==eu, …');

async function list(options: ServerOptions): Promise<void> {
  const users = await listOf<User>(serverOf(options), 'users', FIELDS);
  const rows = users.map((one) => [one.username, rolesIn(one).join(' '), permissionsIn(one).join(' ')]);
  print(users, options, table(['user', 'roles', 'permissions'], rows));
}

async function create(username: string, options: Granted): Promise<void> {
  const password = options.newPassword ?? newPassword();
  const server = serverOf(options);
  const { user } = await ask<{ user: User }>(
    server,
    `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { ${FIELDS} } userErrors { message } } }`,
    {
      input: {
        username,
        password,
        grants: grantsOf(options.permission),
        ...(await rolesOf(server, options.role)),
      },
    },
  );
  const made = options.newPassword === undefined;
  print({ ...user, ...(made && { password }) }, options, [
    ...describe(user),
    ...(made ? [`password     ${password}`] : []),
  ]);
}

async function update(username: string, options: Granted): Promise<void> {
  const server = serverOf(options);
  const { user } = await ask<{ user: User }>(
    server,
    `mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { ${FIELDS} } userErrors { message } } }`,
    {
      input: {
        id: await userIdOf(server, username),
        password: options.newPassword,
        grants: grantsOf(options.permission),
        ...(await rolesOf(server, options.role)),
      },
    },
  );
  print(user, options, describe(user));
}

async function remove(username: string, options: ServerOptions): Promise<void> {
  const server = serverOf(options);
  const deleted = await ask<{ deletedIds: string[] }>(
    server,
    'mutation ($input: DeleteUserInput!) { deleteUser(input: $input) { deletedIds userErrors { message } } }',
    { input: { id: await userIdOf(server, username) } },
  );
  print(deleted, options, `deleted ${username}`);
}

async function setLostPassword(
  username: string,
  options: { tenant: string; newPassword?: string; json?: boolean },
): Promise<void> {
  const password = options.newPassword ?? newPassword();
  const { tenant } = options;
  const database = await withDatabase(async (platform, where) => {
    await setPassword(platform, { tenant, username, password });
    return where;
  });
  const made = options.newPassword === undefined;
  print({ username, tenant, database, ...(made && { password }) }, options, [
    `the password of ${username} is set in ${database}`,
    ...(made ? [`password     ${password}`] : []),
  ]);
}

const newPassword = () => randomBytes(15).toString('base64url');

const describe = (user: User) => [
  `user         ${user.username}`,
  `tenant       ${user.tenant}`,
  `roles        ${rolesIn(user).join(' ') || '–'}`,
  `permissions  ${permissionsIn(user).join(' ') || '–'}`,
];
