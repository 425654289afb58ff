import { refused } from './failure.ts';
import { ask, type Server } from './server.ts';

/** A permission, for everything or for what a filter matches. */
export interface Grant {
  permission: string;
  filter: string | null;
}

/** What an account or a key has. */
export interface Holder {
  grants: Grant[];
  builtInRoles: string[];
  roles: { name: string }[];
}

/** The fields of a holder, to be selected. */
export const HOLDER_FIELDS = 'grants { permission filter } builtInRoles roles { name }';

const BUILT_IN = ['TENANT_ADMIN', 'SYSTEM_ADMIN'];

/** Grants as people write them, `READ_TARGET/group==eu`, for the API. */
export const grantsOf = (texts: readonly string[] | undefined): Grant[] | undefined =>
  texts?.map((text) => {
    const slash = text.indexOf('/');
    return slash < 0
      ? { permission: text, filter: null }
      : { permission: text.slice(0, slash), filter: text.slice(slash + 1) };
  });

/** The grants of a holder as people write them. */
export const permissionsIn = ({ grants }: Holder): string[] =>
  grants.map(({ permission, filter }) => (filter === null ? permission : `${permission}/${filter}`));

/** The names of all roles of a holder. */
export const rolesIn = ({ builtInRoles, roles }: Holder): string[] => [
  ...builtInRoles,
  ...roles.map(({ name }) => name),
];

/** Named roles as the API takes them. @throws Failure if one is not there */
export async function rolesOf(
  server: Server,
  names: readonly string[] | undefined,
): Promise<{ builtInRoles?: string[]; roleIds?: string[] }> {
  if (!names) return {};
  const builtInRoles = names.filter((name) => BUILT_IN.includes(name));
  const named = names.filter((name) => !BUILT_IN.includes(name));
  return { builtInRoles, roleIds: await idsOf(server, 'roles', named) };
}

/** The id of the account of that name. @throws Failure if there is none */
export async function userIdOf(server: Server, username: string): Promise<string> {
  const [id] = await idsOf(server, 'users', [username]);
  return id!;
}

const LISTS = { roles: { of: 'role', name: 'name' }, users: { of: 'user', name: 'username' } } as const;

async function idsOf(server: Server, list: keyof typeof LISTS, names: readonly string[]): Promise<string[]> {
  if (!names.length) return [];
  const { of, name } = LISTS[list];
  const { nodes } = await ask<{ nodes: { id: string; name: string }[] }>(
    server,
    `query ($filter: String) { ${list}(first: 500, filter: $filter) { nodes { id name: ${name} } } }`,
    { filter: `${name}=in=(${names.map((text) => JSON.stringify(text)).join(',')})` },
  );
  return names.map((wanted) => {
    const found = nodes.find((node) => node.name === wanted);
    if (!found) throw refused(`there is no ${of} '${wanted}'`);
    return found.id;
  });
}
