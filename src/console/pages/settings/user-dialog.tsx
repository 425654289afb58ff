import { PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { grantOf, grantText } from '../../api/grants.ts';
import type { UserRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { done } from '../../parts/notify.tsx';
import { usersTexts as texts } from '../../texts/settings.ts';
import { CreateUser, UpdateUser } from './access.documents.ts';
import { GrantsField } from './grants-field.tsx';
import { RolesField } from './roles-field.tsx';

/** Makes a user, or changes what one may do and the password. */
export function UserDialog({ user, onClose }: { user: UserRowFragment | undefined; onClose: () => void }) {
  const [create] = useChange(CreateUser);
  const [update] = useChange(UpdateUser);
  const [roles, setRoles] = useState<string[]>([...(user?.roles ?? [])]);
  const [grants, setGrants] = useState(() => user?.grantedPermissions.map(grantOf) ?? []);

  async function run(form: FormData) {
    const username = user?.username ?? typedIn(form, 'username') ?? '';
    const password = String(form.get('password') ?? '');
    const access = { username, roles, permissions: grants.map(grantText) };
    const outcome = user
      ? await update({ input: { ...access, password: password || undefined } })
      : await create({ input: { ...access, password } });
    if (outcome?.faults.length === 0) void done(user ? texts.saved(username) : texts.created(username));
    return outcome?.faults;
  }

  return (
    <FormDialog
      title={user ? texts.editLabel(user.username) : texts.create}
      action={user ? texts.save : texts.submit}
      fields={['username', 'password', 'roles']}
      onClose={onClose}
      size="lg"
      run={run}
    >
      {(faultOf) => (
        <>
          {!user && (
            <TextInput
              name="username"
              label={texts.username}
              error={faultOf('username')}
              required
              withAsterisk={false}
              data-autofocus
              autoComplete="off"
            />
          )}
          <PasswordInput
            name="password"
            label={user ? texts.newPassword : texts.password}
            description={user ? texts.newPasswordHint : texts.passwordHint}
            error={faultOf('password')}
            required={!user}
            withAsterisk={false}
            autoComplete="new-password"
          />
          <RolesField value={roles} onChange={setRoles} error={faultOf('roles')} />
          <GrantsField value={grants} onChange={setGrants} />
        </>
      )}
    </FormDialog>
  );
}
