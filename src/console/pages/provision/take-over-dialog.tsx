import { Text } from '@mantine/core';
import { useState } from 'react';
import type { ProvisionMutation } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { GroupField } from '../../parts/group-field.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { takeOverTexts as texts } from '../../texts/claims.ts';
import { TakeOver } from '../target/claim.documents.ts';

type Created = ProvisionMutation['createTargets']['targets'][number];

/** Takes a device of another tenant over, with the code that its owner made. */
export function TakeOverDialog({
  onClose,
  onTaken,
}: {
  onClose: () => void;
  onTaken: (target: Created) => void;
}) {
  const { may } = useViewer();
  const [takeOver] = useChange(TakeOver);
  const [group, setGroup] = useState('');
  return (
    <FormDialog
      title={texts.title}
      action={texts.submit}
      fields={['code', 'controllerId', 'group']}
      onClose={onClose}
      run={async (form) => {
        const outcome = await takeOver({
          input: {
            code: typedIn(form, 'code') ?? '',
            controllerId: typedIn(form, 'controllerId'),
            group: group.trim() || undefined,
          },
          withToken: may('READ_TARGET_SECURITY_TOKEN'),
        });
        const target = outcome?.payload.target;
        if (target) onTaken(target);
        return outcome?.faults;
      }}
    >
      {(faultOf) => (
        <>
          <Text size="sm">{texts.lead}</Text>
          <RuledInput
            rule={RULES.name}
            name="code"
            label={texts.code}
            error={faultOf('code')}
            required
            withAsterisk={false}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
          />
          <RuledInput
            rule={RULES.controllerId}
            name="controllerId"
            label={texts.controllerId}
            description={texts.controllerIdHint}
            error={faultOf('controllerId')}
            autoComplete="off"
            spellCheck={false}
          />
          <GroupField label={texts.group} value={group} onChange={setGroup} error={faultOf('group')} />
        </>
      )}
    </FormDialog>
  );
}
