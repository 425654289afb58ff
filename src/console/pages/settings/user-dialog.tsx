import { PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { type Grant, grantInput } from '../../api/grants.ts';
import type { UserRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { done } from '../../parts/notify.tsx';
import { RULES } from '../../parts/rules.ts';
import { usersTexts as texts } from '../../texts/settings.ts';
import { CreateUser, UpdateUser } from './access.documents.ts';
import { GrantsField } from './grants-field.tsx';
import { choicesOf, RolesField, rolesInput } from './roles-field.tsx';

/** Makes a user, or changes what one may do and the password. */
export function UserDialog({ user, onClose }: { user: UserRowFragment | undefined; onClose: () => void }) {
  const [create] = useChange(CreateUser);
  const [update] = useChange(UpdateUser);
  const [roles, setRoles] = useState(choicesOf(user));
  const [grants, setGrants] = useState<Grant[]>([...(user?.grants ?? [])]);

  async function run(form: FormData) {
    const username = user?.username ?? typedIn(form, 'username') ?? '';
    const password = String(form.get('password') ?? '');
    const access = { ...rolesInput(roles), grants: grants.map(grantInput) };
    const outcome = user
      ? await update({ input: { id: user.id, ...access, password: password || undefined } })
      : await create({ input: { username, ...access, password } });
    if (outcome?.faults.length === 0) void done(user ? texts.saved(username) : texts.created(username));
    return outcome?.faults;
  }

  return (
    <FormDialog
      title={user ? texts.editLabel(user.username) : texts.create}
      action={user ? texts.save : texts.submit}
      fields={['username', 'password']}
      onClose={onClose}
      size="lg"
      run={run}
    >
      {(faultOf) => (
        <>
          {!user && (
            <NameField name="username" rule={RULES.username} label={texts.username} faultOf={faultOf} />
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
          <RolesField value={roles} known={user} onChange={setRoles} />
          <GrantsField value={grants} onChange={setGrants} />
        </>
      )}
    </FormDialog>
  );
}
