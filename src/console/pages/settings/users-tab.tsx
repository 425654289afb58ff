import { ActionIcon, Button, Group, MultiSelect, PasswordInput, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { UsersQuery } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { confirm } from '../../parts/confirm.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { done, failure } from '../../parts/notify.tsx';
import { Failed } from '../../parts/states.tsx';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { usersTexts as texts } from '../../texts/settings.ts';
import { CreateUser, DeleteUser, Users } from './settings.documents.ts';

type UserRow = UsersQuery['users']['nodes'][number];

/** Who can sign in to this tenant. */
export function UsersTab() {
  const users = useData(Users, {});
  const { viewer } = useViewer();
  const [making, setMaking] = useState(false);
  const columns = useMemo(() => columnsOf(viewer?.username), [viewer?.username]);
  if (users.error && !users.data) return <Failed error={users.error} reload={users.reload} />;
  return (
    <>
      <Group justify="flex-end" mb="md">
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>
          {texts.create}
        </Button>
      </Group>
      <DataTable
        label={texts.columns.name}
        rows={users.data?.users.nodes}
        keyOf={({ id }) => id}
        nameOf={({ username }) => username}
        columns={columns}
      />
      {making && (
        <NewUserDialog
          roles={users.data?.roles.nodes.map(({ name }) => name) ?? []}
          onClose={() => setMaking(false)}
        />
      )}
    </>
  );
}

const columnsOf = (own: string | undefined): Column<UserRow>[] => [
  { id: 'name', label: texts.columns.name, cell: ({ username }) => username },
  { id: 'roles', label: texts.columns.roles, cell: ({ roles }) => roles.join(', ') || common.none },
  {
    id: 'permissions',
    label: texts.columns.permissions,
    cell: ({ grantedPermissions }) => grantedPermissions.join(', ') || common.none,
  },
  { id: 'created', label: texts.columns.created, cell: ({ createdAt }) => <When at={createdAt} /> },
  {
    id: 'actions',
    label: common.actions,
    cell: ({ username }) => username !== own && <DeleteButton username={username} />,
  },
];

function DeleteButton({ username }: { username: string }) {
  const [remove, removing] = useChange(DeleteUser);
  const label = texts.removeLabel(username);
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      loading={removing}
      onClick={async () => {
        const question = { title: `${label}?`, text: texts.removeText, action: common.delete, danger: true };
        if (!(await confirm(question))) return;
        const outcome = await remove({ input: { username } });
        const [fault] = outcome?.faults ?? [];
        if (outcome) void (fault ? failure(fault.message) : done(texts.removed));
      }}
    >
      <IconTrash size={16} />
    </ActionIcon>
  );
}

function NewUserDialog({ roles: known, onClose }: { roles: readonly string[]; onClose: () => void }) {
  const [create] = useChange(CreateUser);
  const { viewer } = useViewer();
  const [roles, setRoles] = useState<string[]>([]);
  const [permissions, setPermissions] = useState<string[]>([]);
  return (
    <FormDialog
      title={texts.create}
      action={texts.submit}
      fields={['username', 'password']}
      onClose={onClose}
      run={async (form) => {
        const username = typedIn(form, 'username') ?? '';
        const password = String(form.get('password') ?? '');
        const outcome = await create({ input: { username, password, roles, permissions } });
        return outcome?.faults;
      }}
    >
      {(faultOf) => (
        <>
          <TextInput
            name="username"
            label={texts.username}
            error={faultOf('username')}
            required
            withAsterisk={false}
            data-autofocus
            autoComplete="off"
          />
          <PasswordInput
            name="password"
            label={texts.password}
            error={faultOf('password')}
            required
            withAsterisk={false}
            autoComplete="new-password"
          />
          <MultiSelect
            label={texts.roles}
            data={[...new Set(['TENANT_ADMIN', ...known])]}
            value={roles}
            onChange={setRoles}
          />
          <MultiSelect
            label={texts.permissions}
            data={viewer?.permissions ?? []}
            value={permissions}
            onChange={setPermissions}
            searchable
          />
        </>
      )}
    </FormDialog>
  );
}
