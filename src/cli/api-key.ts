import { Command } from 'commander';
import { wrongUsage } from './failure.ts';
import {
  grantsOf,
  HOLDER_FIELDS,
  type Holder,
  permissionsIn,
  rolesIn,
  rolesOf,
  userIdOf,
} from './granted.ts';
import { print, table } from './print.ts';
import { ask, type ServerOptions, serverOf, withServer } from './server.ts';

interface ApiKey extends Holder {
  id: string;
  name: string;
  prefix: string;
  owner: { username: string };
  scope: string | null;
  expiresAt: string | null;
  lastUsedAt: string | null;
}
interface CreateOptions extends ServerOptions {
  owner?: string;
  permission?: string[];
  role?: string[];
  scope?: string;
  expires?: string;
}

const FIELDS = `id name prefix owner { username } ${HOLDER_FIELDS} scope expiresAt lastUsedAt createdAt`;

/** `muster api-key …`: the keys that programs sign in with. */
export function apiKeyCommand(): Command {
  const apiKey = new Command('api-key').description('keys that programs sign in with: create, list, delete');
  withServer(apiKey.command('create <name>').description('creates a key; it is shown only once'))
    .option('--owner <user>', 'the user it acts for; default: the user who signs in')
    .option('--permission <permission...>', 'CREATE_TARGET, READ_TARGET/group==eu, …')
    .option('--role <role...>', 'TENANT_ADMIN, or roles of the tenant')
    .option('--scope <filter>', 'limits the targets it may use')
    .option('--expires <time>', 'when it expires, for example 2030-01-31 or 2030-01-31T12:00:00Z')
    .action(create);
  withServer(apiKey.command('list').description('lists your keys; an administrator sees all')).action(list);
  withServer(apiKey.command('delete <id>').description('deletes a key, which ends at once')).action(remove);
  return apiKey;
}

async function create(name: string, options: CreateOptions): Promise<void> {
  const { owner, permission, role, scope, expires } = options;
  const expiresAt = timeOf(expires);
  const server = serverOf(options);
  const { apiKey, key } = await ask<{ apiKey: ApiKey; key: string }>(
    server,
    `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { ${FIELDS} } userErrors { message } } }`,
    {
      input: {
        name,
        ownerId: owner === undefined ? undefined : await userIdOf(server, owner),
        grants: grantsOf(permission),
        ...(await rolesOf(server, role)),
        scope,
        expiresAt,
      },
    },
  );
  print({ ...apiKey, key }, options, key);
}

async function list(options: ServerOptions): Promise<void> {
  const keys: ApiKey[] = [];
  for (let after: string | null = null; ; ) {
    const page: { nodes: ApiKey[]; pageInfo: { hasNextPage: boolean; endCursor: string } } = await ask(
      serverOf(options),
      `query ($after: String) { apiKeys(first: 500, after: $after) { nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    keys.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  const rows = keys.map((one) => [
    one.id,
    one.name,
    one.owner.username,
    [...rolesIn(one), ...permissionsIn(one)].join(' '),
    one.expiresAt ?? 'never',
    one.lastUsedAt ?? 'never',
  ]);
  print(keys, options, table(['id', 'name', 'owner', 'may', 'expires', 'used'], rows));
}

async function remove(id: string, options: ServerOptions): Promise<void> {
  const deleted = await ask<{ deletedIds: string[] }>(
    serverOf(options),
    'mutation ($input: DeleteApiKeyInput!) { deleteApiKey(input: $input) { deletedIds userErrors { message } } }',
    { input: { id } },
  );
  print(deleted, options, `deleted ${id}`);
}

function timeOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (Number.isNaN(Date.parse(text))) throw wrongUsage(`--expires: ${text} is not a time`);
  return new Date(text).toISOString();
}
