import { MultiSelect } from '@mantine/core';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { usersTexts as texts } from '../../texts/settings.ts';
import { RoleChoices } from './access.documents.ts';

/** Chooses roles: those that the caller has, and for an administrator all of the tenant. */
export function RolesField({
  value,
  onChange,
  error,
}: {
  value: readonly string[];
  onChange: (value: string[]) => void;
  error?: string;
}) {
  const { viewer, isAdmin } = useViewer();
  const { data } = useData(RoleChoices, {}, { pause: !isAdmin });
  return (
    <MultiSelect
      label={texts.roles}
      data={[
        ...new Set([
          ...(viewer?.roles ?? []),
          ...(data?.roles.nodes.map(({ name }) => name) ?? []),
          ...value,
        ]),
      ]}
      value={[...value]}
      onChange={onChange}
      error={error}
      searchable
    />
  );
}
