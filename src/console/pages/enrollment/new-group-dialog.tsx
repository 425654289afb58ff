import { NumberInput, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../../api/use-change.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import type { NewToken } from '../../parts/token-dialog.tsx';
import { enrollmentTexts as texts } from '../../texts/enrollment.ts';
import { CreateEnrollmentGroup } from './enrollment.documents.ts';

const FIELDS = ['name', 'description', 'registrationLimit'];

export const tokenOf = (name: string, token: string): NewToken => ({
  title: texts.tokenTitle(name),
  text: texts.tokenText,
  copyLabel: texts.copyToken,
  token,
});

/** Makes a group, and tells its token. */
export function NewGroupDialog({
  onClose,
  onToken,
}: {
  onClose: () => void;
  onToken: (token: NewToken) => void;
}) {
  const [create] = useChange(CreateEnrollmentGroup);
  const [limit, setLimit] = useState<number | string>('');
  return (
    <FormDialog
      title={texts.newGroup}
      action={texts.createGroup}
      fields={FIELDS}
      onClose={onClose}
      run={async (form) => {
        const name = typedIn(form, 'name') ?? '';
        const outcome = await create({
          input: {
            name,
            description: typedIn(form, 'description'),
            registrationLimit: typeof limit === 'number' ? limit : undefined,
            requiresApproval: form.get('approval') === 'on',
          },
        });
        if (outcome?.payload.token) onToken(tokenOf(name, outcome.payload.token));
        return outcome?.faults;
      }}
    >
      {(faultOf) => (
        <>
          <TextInput
            name="name"
            label={texts.name}
            error={faultOf('name')}
            required
            withAsterisk={false}
            data-autofocus
            autoComplete="off"
          />
          <TextInput
            name="description"
            label={texts.description}
            error={faultOf('description')}
            autoComplete="off"
          />
          <NumberInput
            label={texts.limit}
            value={limit}
            onChange={setLimit}
            min={1}
            allowDecimal={false}
            error={faultOf('registrationLimit')}
          />
          <Switch name="approval" label={texts.approval} defaultChecked />
        </>
      )}
    </FormDialog>
  );
}
