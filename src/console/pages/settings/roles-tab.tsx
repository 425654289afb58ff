import { Group } from '@mantine/core';
import { IconShieldLock } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { type Grant, grantInput, grantText } from '../../api/grants.ts';
import type { RoleOrderField, RoleRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { CreateButton } from '../../parts/create-button.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { EditButton } from '../../parts/edit-button.tsx';
import { FilteredList } from '../../parts/filtered-list.tsx';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { done } from '../../parts/notify.tsx';
import { RemoveButton } from '../../parts/remove-button.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { Empty } from '../../parts/states.tsx';
import { useList } from '../../parts/use-list.ts';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { rolesTexts as texts } from '../../texts/settings.ts';
import { CreateRole, DeleteRole, Roles, UpdateRole } from './access.documents.ts';
import { GrantsField } from './grants-field.tsx';

const PAGE_SIZE = 100;

/** Named sets of permissions. */
export function RolesTab() {
  const [edited, setEdited] = useState<RoleRowFragment | 'new'>();
  const columns = useMemo(() => columnsOf(setEdited), []);
  const list = useList(Roles, { pageOf: (data) => data.roles, size: PAGE_SIZE, columns });
  const { can } = useViewer();
  const create = can.createRoles && <CreateButton label={texts.create} onClick={() => setEdited('new')} />;
  return (
    <>
      <FilteredList
        list={list}
        of="ROLE"
        placeholder={texts.filterPlaceholder}
        beside={create}
        empty={
          <Empty
            icon={<IconShieldLock size={40} stroke={1.4} />}
            title={texts.emptyTitle}
            hint={texts.emptyHint}
            action={create}
          />
        }
      >
        <DataTable
          {...list.table}
          label={texts.columns.name}
          keyOf={({ id }) => id}
          nameOf={({ name }) => name}
        />
      </FilteredList>
      {edited && (
        <RoleDialog role={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />
      )}
    </>
  );
}

const columnsOf = (edit: (role: RoleRowFragment) => void): Column<RoleRowFragment, RoleOrderField>[] => [
  { id: 'name', label: texts.columns.name, order: 'NAME', cell: ({ name }) => name },
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
  {
    id: 'changed',
    label: texts.columns.changed,
    order: 'LAST_MODIFIED_AT',
    cell: ({ lastModifiedAt }) => <When at={lastModifiedAt} />,
  },
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
          {!role && <NameField label={texts.name} rule={RULES.shortName} faultOf={faultOf} />}
          <RuledInput
            rule={RULES.description}
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
