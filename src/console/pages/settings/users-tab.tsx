import { Group } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { grantText } from '../../api/grants.ts';
import type { UserRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { CreateButton } from '../../parts/create-button.tsx';
import { CreatedList } from '../../parts/created-list.tsx';
import type { Column } from '../../parts/data-table.tsx';
import { EditButton } from '../../parts/edit-button.tsx';
import { type Place, pageArguments } from '../../parts/place.ts';
import { RemoveButton } from '../../parts/remove-button.tsx';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { usersTexts as texts } from '../../texts/settings.ts';
import { DeleteUser, Users } from './access.documents.ts';
import { roleNames } from './roles-field.tsx';
import { UserDialog } from './user-dialog.tsx';

const PAGE_SIZE = 100;

/** Who can sign in to this tenant. */
export function UsersTab() {
  const [place, setPlace] = useState<Place>({});
  const users = useData(Users, pageArguments(place, PAGE_SIZE), { keep: true });
  const [edited, setEdited] = useState<UserRowFragment | 'new'>();
  const columns = useMemo(() => columnsOf(setEdited), []);
  const { can } = useViewer();
  const create = can.createUsers && <CreateButton label={texts.create} onClick={() => setEdited('new')} />;
  return (
    <>
      <CreatedList
        of={users}
        page={users.data?.users}
        place={place}
        size={PAGE_SIZE}
        onMove={setPlace}
        create={create}
        icon={<IconUsers size={40} stroke={1.4} />}
        emptyTitle={texts.empty}
        label={texts.columns.name}
        keyOf={({ id }) => id}
        nameOf={({ username }) => username}
        columns={columns}
      />
      {edited && (
        <UserDialog user={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />
      )}
    </>
  );
}

const columnsOf = (edit: (user: UserRowFragment) => void): Column<UserRowFragment>[] => [
  { id: 'name', label: texts.columns.name, cell: ({ username }) => username },
  { id: 'roles', label: texts.columns.roles, cell: (user) => roleNames(user).join(', ') || common.none },
  {
    id: 'permissions',
    label: texts.columns.permissions,
    cell: ({ grants }) => grants.map(grantText).join(', ') || common.none,
  },
  { id: 'created', label: texts.columns.created, cell: ({ createdAt }) => <When at={createdAt} /> },
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
