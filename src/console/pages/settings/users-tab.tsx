import { IconUsers } from '@tabler/icons-react';
import { grantText } from '../../api/grants.ts';
import type { UserOrderField, UserRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useViewer } from '../../api/use-viewer.ts';
import type { Column } from '../../parts/data-table.tsx';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { usersTexts as texts } from '../../texts/settings.ts';
import { DeleteUser, Users } from './access.documents.ts';
import { EditedList } from './edited-list.tsx';
import { roleNames } from './roles-field.tsx';
import { UserDialog } from './user-dialog.tsx';

const COLUMNS: readonly Column<UserRowFragment, UserOrderField>[] = [
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
];

/** Who can sign in to this tenant. */
export function UsersTab() {
  const { can } = useViewer();
  const [remove] = useChange(DeleteUser);
  return (
    <EditedList
      query={Users}
      pageOf={({ users }) => users}
      of="USER"
      texts={texts}
      icon={<IconUsers size={40} stroke={1.4} />}
      columns={COLUMNS}
      nameOf={({ username }) => username}
      mayCreate={can.createUsers}
      remove={(id) => remove({ input: { id } })}
      dialog={(user: UserRowFragment | undefined, onClose) => <UserDialog user={user} onClose={onClose} />}
    />
  );
}
