import { TagsInput, Text } from '@mantine/core';
import { useState } from 'react';
import type { ProvisionMutation } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { GroupField } from '../../parts/group-field.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { takeOverTexts as texts } from '../../texts/claims.ts';
import { TakeOver, TakeOverMany } from '../target/claim.documents.ts';

type Created = ProvisionMutation['createTargets']['targets'][number];

/** As many as are taken over at once. */
const MOST = 100;

/** A controllerId holds none of these; what is written or pasted together may be a list. */
const BLANKS = [' ', '\t', '\n'];
const eachOf = (written: readonly string[]) => [
  ...new Set(written.flatMap((text) => text.split(/\s+/).filter(Boolean))),
];

/** Takes devices of another tenant over, with the code that their owner made. */
export function TakeOverDialog({
  onClose,
  onTaken,
}: {
  onClose: () => void;
  onTaken: (targets: readonly Created[]) => void;
}) {
  const { may } = useViewer();
  const [takeOver] = useChange(TakeOver);
  const [takeOverMany] = useChange(TakeOverMany);
  const [group, setGroup] = useState('');
  const [controllerIds, setControllerIds] = useState<string[]>([]);

  async function run(form: FormData) {
    const given = { code: typedIn(form, 'code') ?? '', group: group.trim() || undefined };
    const withToken = may('READ_TARGET_SECURITY_TOKEN');
    if (controllerIds.length > 1) {
      const outcome = await takeOverMany({ input: { ...given, controllerIds }, withToken });
      if (outcome?.payload.targets) onTaken(outcome.payload.targets);
      return outcome?.faults;
    }
    const outcome = await takeOver({ input: { ...given, controllerId: controllerIds[0] }, withToken });
    if (outcome?.payload.target) onTaken([outcome.payload.target]);
    return outcome?.faults;
  }

  return (
    <FormDialog
      title={texts.title}
      action={texts.submit}
      fields={['code', 'controllerId', 'controllerIds', 'group']}
      onClose={onClose}
      run={run}
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
          <TagsInput
            label={texts.controllerIds}
            description={texts.controllerIdsHint}
            value={controllerIds}
            splitChars={BLANKS}
            onChange={(written) => setControllerIds(eachOf(written))}
            maxTags={MOST}
            error={faultOf('controllerIds') ?? faultOf('controllerId')}
          />
          <GroupField label={texts.group} value={group} onChange={setGroup} error={faultOf('group')} />
        </>
      )}
    </FormDialog>
  );
}
