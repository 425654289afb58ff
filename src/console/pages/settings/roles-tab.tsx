import { Group, TextInput } from '@mantine/core';
import { IconShieldLock } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { type Grant, grantInput, grantText } from '../../api/grants.ts';
import type { RoleRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { CreateButton } from '../../parts/create-button.tsx';
import { CreatedList } from '../../parts/created-list.tsx';
import type { Column } from '../../parts/data-table.tsx';
import { EditButton } from '../../parts/edit-button.tsx';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { done } from '../../parts/notify.tsx';
import { type Place, pageArguments } from '../../parts/place.ts';
import { RemoveButton } from '../../parts/remove-button.tsx';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { rolesTexts as texts } from '../../texts/settings.ts';
import { CreateRole, DeleteRole, Roles, UpdateRole } from './access.documents.ts';
import { GrantsField } from './grants-field.tsx';

const PAGE_SIZE = 100;

/** Named sets of permissions. */
export function RolesTab() {
  const [place, setPlace] = useState<Place>({});
  const roles = useData(Roles, pageArguments(place, PAGE_SIZE), { keep: true });
  const [edited, setEdited] = useState<RoleRowFragment | 'new'>();
  const columns = useMemo(() => columnsOf(setEdited), []);
  const { can } = useViewer();
  const create = can.createRoles && <CreateButton label={texts.create} onClick={() => setEdited('new')} />;
  return (
    <>
      <CreatedList
        of={roles}
        page={roles.data?.roles}
        place={place}
        size={PAGE_SIZE}
        onMove={setPlace}
        create={create}
        icon={<IconShieldLock size={40} stroke={1.4} />}
        emptyTitle={texts.emptyTitle}
        emptyHint={texts.emptyHint}
        label={texts.columns.name}
        keyOf={({ id }) => id}
        nameOf={({ name }) => name}
        columns={columns}
      />
      {edited && (
        <RoleDialog role={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />
      )}
    </>
  );
}

const columnsOf = (edit: (role: RoleRowFragment) => void): Column<RoleRowFragment>[] => [
  { id: 'name', label: texts.columns.name, cell: ({ name }) => name },
  {
    id: 'description',
    label: texts.columns.description,
    cell: ({ description }) => description || common.none,
  },
  {
    id: 'permissions',
    label: texts.columns.permissions,
    cell: ({ grants }) => grants.map(grantText).join(', ') || common.none,
  },
  { id: 'changed', label: texts.columns.changed, cell: ({ lastModifiedAt }) => <When at={lastModifiedAt} /> },
  {
    id: 'actions',
    label: common.actions,
    cell: (role) => (
      <Group gap={4} wrap="nowrap">
        {role.viewerCan.update && (
          <EditButton label={texts.editLabel(role.name)} onClick={() => edit(role)} />
        )}
        {role.viewerCan.delete && <DeleteRoleButton role={role} />}
      </Group>
    ),
  },
];

function DeleteRoleButton({ role: { id, name } }: { role: RoleRowFragment }) {
  const [remove] = useChange(DeleteRole);
  return (
    <RemoveButton
      label={texts.removeLabel(name)}
      text={texts.removeText}
      told={texts.removed}
      remove={() => remove({ input: { id } })}
    />
  );
}

function RoleDialog({ role, onClose }: { role: RoleRowFragment | undefined; onClose: () => void }) {
  const [create] = useChange(CreateRole);
  const [update] = useChange(UpdateRole);
  const [grants, setGrants] = useState<Grant[]>([...(role?.grants ?? [])]);

  async function run(form: FormData) {
    const name = role?.name ?? typedIn(form, 'name') ?? '';
    const given = { description: typedIn(form, 'description') ?? '', grants: grants.map(grantInput) };
    const outcome = role
      ? await update({ input: { id: role.id, ...given } })
      : await create({ input: { name, ...given } });
    if (outcome?.faults.length === 0) void done(texts.saved(name));
    return outcome?.faults;
  }

  return (
    <FormDialog
      title={role ? texts.editLabel(role.name) : texts.create}
      action={role ? texts.save : texts.submit}
      fields={['name', 'description']}
      onClose={onClose}
      size="lg"
      run={run}
    >
      {(faultOf) => (
        <>
          {!role && <NameField label={texts.name} faultOf={faultOf} />}
          <TextInput
            name="description"
            label={texts.description}
            defaultValue={role?.description ?? undefined}
            error={faultOf('description')}
            autoComplete="off"
          />
          <GrantsField value={grants} onChange={setGrants} />
        </>
      )}
    </FormDialog>
  );
}
