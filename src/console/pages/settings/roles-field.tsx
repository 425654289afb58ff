import { MultiSelect } from '@mantine/core';
import type { BuiltInRole } from '../../api/types.documents.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { usersTexts as texts } from '../../texts/settings.ts';
import { RoleChoices } from './access.documents.ts';

interface Role {
  id: string;
  name: string;
}

/** The roles of a user or an API key: built-in ones, and those of the tenant. */
export interface Roles {
  builtInRoles: readonly BuiltInRole[];
  roles: readonly Role[];
}

const BUILT_IN: readonly string[] = ['TENANT_ADMIN', 'SYSTEM_ADMIN'] satisfies BuiltInRole[];
const isBuiltIn = (choice: string): choice is BuiltInRole => BUILT_IN.includes(choice);

/** The names of all roles of a holder. */
export const roleNames = ({ builtInRoles, roles }: Roles): string[] => [
  ...builtInRoles,
  ...roles.map(({ name }) => name),
];

/** What is chosen for a holder: built-in roles by name, others by id. */
export const choicesOf = (holder: Roles | undefined): string[] => [
  ...(holder?.builtInRoles ?? []),
  ...(holder?.roles.map(({ id }) => id) ?? []),
];

/** What is chosen, as it is sent. */
export const rolesInput = (choices: readonly string[]) => ({
  builtInRoles: choices.filter(isBuiltIn),
  roleIds: choices.filter((choice) => !isBuiltIn(choice)),
});

/** Chooses roles: those that the caller has, and for an administrator all of the tenant. `known` are those it had. */
export function RolesField({
  value,
  known,
  onChange,
  error,
}: {
  value: readonly string[];
  known?: Roles | undefined;
  onChange: (value: string[]) => void;
  error?: string;
}) {
  const { viewer, isAdmin } = useViewer();
  const { data } = useData(RoleChoices, {}, { pause: !isAdmin });
  const named = [
    ...(data?.roles.nodes ?? []),
    ...(viewer?.user?.roles ?? []),
    ...(known?.roles ?? []),
  ] as const;
  const labels = new Map<string, string>([
    ...[...(viewer?.builtInRoles ?? []), ...(known?.builtInRoles ?? [])].map((name) => [name, name] as const),
    ...named.map(({ id, name }) => [id, name] as const),
  ]);
  return (
    <MultiSelect
      label={texts.roles}
      data={[...labels].map(([choice, label]) => ({ value: choice, label }))}
      value={[...value]}
      onChange={onChange}
      error={error}
      searchable
    />
  );
}
