import { Group } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { grantText } from '../../api/grants.ts';
import type { UserOrderField, UserRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { CreateButton } from '../../parts/create-button.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { EditButton } from '../../parts/edit-button.tsx';
import { FilteredList } from '../../parts/filtered-list.tsx';
import { RemoveButton } from '../../parts/remove-button.tsx';
import { Empty } from '../../parts/states.tsx';
import { useList } from '../../parts/use-list.ts';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { usersTexts as texts } from '../../texts/settings.ts';
import { DeleteUser, Users } from './access.documents.ts';
import { roleNames } from './roles-field.tsx';
import { UserDialog } from './user-dialog.tsx';

const PAGE_SIZE = 100;

/** Who can sign in to this tenant. */
export function UsersTab() {
  const [edited, setEdited] = useState<UserRowFragment | 'new'>();
  const columns = useMemo(() => columnsOf(setEdited), []);
  const list = useList(Users, { pageOf: (data) => data.users, size: PAGE_SIZE, columns });
  const { can } = useViewer();
  const create = can.createUsers && <CreateButton label={texts.create} onClick={() => setEdited('new')} />;
  return (
    <>
      <FilteredList
        list={list}
        of="USER"
        placeholder={texts.filterPlaceholder}
        beside={create}
        empty={<Empty icon={<IconUsers size={40} stroke={1.4} />} title={texts.empty} action={create} />}
      >
        <DataTable
          {...list.table}
          label={texts.columns.name}
          keyOf={({ id }) => id}
          nameOf={({ username }) => username}
        />
      </FilteredList>
      {edited && (
        <UserDialog user={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />
      )}
    </>
  );
}

const columnsOf = (edit: (user: UserRowFragment) => void): Column<UserRowFragment, UserOrderField>[] => [
  { id: 'name', label: texts.columns.name, order: 'USERNAME', cell: ({ username }) => username },
  { id: 'roles', label: texts.columns.roles, cell: (user) => roleNames(user).join(', ') || common.none },
  {
    id: 'permissions',
    label: texts.columns.permissions,
    cell: ({ grants }) => grants.map(grantText).join(', ') || common.none,
  },
  {
    id: 'created',
    label: texts.columns.created,
    order: 'CREATED_AT',
    cell: ({ createdAt }) => <When at={createdAt} />,
  },
  {
    id: 'actions',
    label: common.actions,
    cell: (user) => (
      <Group gap={4} wrap="nowrap">
        {user.viewerCan.update && (
          <EditButton label={texts.editLabel(user.username)} onClick={() => edit(user)} />
        )}
        {user.viewerCan.delete && <DeleteUserButton user={user} />}
      </Group>
    ),
  },
];

function DeleteUserButton({ user: { id, username } }: { user: UserRowFragment }) {
  const [remove] = useChange(DeleteUser);
  return (
    <RemoveButton
      label={texts.removeLabel(username)}
      text={texts.removeText}
      told={texts.removed}
      remove={() => remove({ input: { id } })}
    />
  );
}
