import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { setPassword } from '../services/access/users/set-password.ts';
import { withDatabase } from './database.ts';
import { print, table } from './print.ts';
import { ask, type ServerOptions, serverOf, withServer } from './server.ts';

interface User {
  username: string;
  tenant: string;
  roles: string[];
  grantedPermissions: string[];
}
interface Granted extends ServerOptions {
  newPassword?: string;
  role?: string[];
  permission?: string[];
}

const FIELDS = 'username tenant roles grantedPermissions createdAt lastModifiedAt';
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
    .option('--role <role...>', 'TENANT_ADMIN, SYSTEM_ADMIN')
    .option('--permission <permission...>', 'CREATE_TARGET, READ_TARGET, …');

async function list(options: ServerOptions): Promise<void> {
  const users: User[] = [];
  for (let after: string | null = null; ; ) {
    const page: { nodes: User[]; pageInfo: { hasNextPage: boolean; endCursor: string } } = await ask(
      serverOf(options),
      `query ($after: String) { users(first: 500, after: $after) { nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    users.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  const rows = users.map((one) => [one.username, one.roles.join(' '), one.grantedPermissions.join(' ')]);
  print(users, options, table(['user', 'roles', 'permissions'], rows));
}

async function create(username: string, options: Granted): Promise<void> {
  const password = options.newPassword ?? newPassword();
  const { user } = await ask<{ user: User }>(
    serverOf(options),
    `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { ${FIELDS} } userErrors { message } } }`,
    { input: { username, password, roles: options.role ?? [], permissions: options.permission ?? [] } },
  );
  const made = options.newPassword === undefined;
  print({ ...user, ...(made && { password }) }, options, [
    ...describe(user),
    ...(made ? [`password     ${password}`] : []),
  ]);
}

async function update(username: string, options: Granted): Promise<void> {
  const { user } = await ask<{ user: User }>(
    serverOf(options),
    `mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { ${FIELDS} } userErrors { message } } }`,
    {
      input: {
        username,
        password: options.newPassword,
        roles: options.role,
        permissions: options.permission,
      },
    },
  );
  print(user, options, describe(user));
}

async function remove(username: string, options: ServerOptions): Promise<void> {
  const deleted = await ask<{ deletedIds: string[] }>(
    serverOf(options),
    'mutation ($input: DeleteUserInput!) { deleteUser(input: $input) { deletedIds userErrors { message } } }',
    { input: { username } },
  );
  print(deleted, options, `deleted ${username}`);
}

async function setLostPassword(
  username: string,
  options: { tenant: string; newPassword?: string; json?: boolean },
): Promise<void> {
  const password = options.newPassword ?? newPassword();
  await withDatabase((platform) => setPassword(platform, { tenant: options.tenant, username, password }));
  const made = options.newPassword === undefined;
  print({ username, tenant: options.tenant, ...(made && { password }) }, options, [
    `the password of ${username} is set`,
    ...(made ? [`password     ${password}`] : []),
  ]);
}

const newPassword = () => randomBytes(15).toString('base64url');

const describe = ({ username, tenant, roles, grantedPermissions }: User) => [
  `user         ${username}`,
  `tenant       ${tenant}`,
  `roles        ${roles.join(' ') || '–'}`,
  `permissions  ${grantedPermissions.join(' ') || '–'}`,
];
