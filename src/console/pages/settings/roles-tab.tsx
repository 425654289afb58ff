import { IconShieldLock } from '@tabler/icons-react';
import { useState } from 'react';
import { type Grant, grantInput, grantText } from '../../api/grants.ts';
import type { RoleRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { done } from '../../parts/notify.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { common } from '../../texts/common.ts';
import { rolesTexts as texts } from '../../texts/settings.ts';
import { CreateRole, DeleteRole, Roles, UpdateRole } from './access.documents.ts';
import { EditedList } from './edited-list.tsx';
import { GrantsField } from './grants-field.tsx';
import { wordColumns } from './word-columns.tsx';

const COLUMNS = wordColumns<RoleRowFragment>({
  id: 'permissions',
  label: texts.permissions,
  cell: ({ grants }) => grants.map(grantText).join(', ') || common.none,
});

/** Named sets of permissions. */
export function RolesTab() {
  const { can } = useViewer();
  const [remove] = useChange(DeleteRole);
  return (
    <EditedList
      query={Roles}
      pageOf={({ roles }) => roles}
      of="ROLE"
      texts={texts}
      icon={<IconShieldLock size={40} stroke={1.4} />}
      columns={COLUMNS}
      nameOf={({ name }) => name}
      mayCreate={can.createRoles}
      remove={(id) => remove({ input: { id } })}
      dialog={(role: RoleRowFragment | undefined, onClose) => <RoleDialog role={role} onClose={onClose} />}
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
