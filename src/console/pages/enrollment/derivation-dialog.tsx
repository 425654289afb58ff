import { Select, Text } from '@mantine/core';
import { useState } from 'react';
import type { DerivationKeySlot, EnrollmentGroupRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { derivedTokenCommand } from '../../parts/device-commands.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { derivationTexts as texts } from '../../texts/derivation.ts';
import { SetDerivationKey } from './derivation.documents.ts';
import type { NewToken } from './token-of.ts';

const SLOTS = ['PRIMARY', 'SECONDARY'] as const satisfies DerivationKeySlot[];

/** Gives a group a key that tokens of its devices are derived from; it is told once, with how that is done. */
export function DerivationDialog({
  group: { id, name, derivationKeys },
  onClose,
  onSecret,
}: {
  group: EnrollmentGroupRowFragment;
  onClose: () => void;
  onSecret: (secret: NewToken) => void;
}) {
  const [set] = useChange(SetDerivationKey);
  const { viewer } = useViewer();
  const taken = new Set(derivationKeys?.map(({ slot }) => slot));
  const [slot, setSlot] = useState<DerivationKeySlot>(SLOTS.find((one) => !taken.has(one)) ?? 'PRIMARY');

  async function run(form: FormData) {
    const outcome = await set({ input: { groupId: id, slot, key: typedIn(form, 'key') } });
    const key = outcome?.payload.key;
    if (key)
      onSecret({
        title: texts.title(name),
        text: texts.keyText,
        copyLabel: texts.copyKey,
        token: key,
        example: {
          text: texts.example,
          lines: derivedTokenCommand({ tenant: viewer?.tenant ?? '', key }),
          copyLabel: texts.copyExample,
        },
      });
    return outcome?.faults;
  }

  return (
    <FormDialog
      title={texts.title(name)}
      action={texts.submit}
      fields={['slot', 'key']}
      onClose={onClose}
      danger={taken.has(slot)}
      run={run}
    >
      {(faultOf) => (
        <>
          <Text size="sm">{texts.lead}</Text>
          <Select
            label={texts.slot}
            description={texts.slotHint}
            data={SLOTS.map((value) => ({
              value,
              label: (taken.has(value) ? texts.taken : texts.free)(texts.slots[value]),
            }))}
            value={slot}
            onChange={(value) => setSlot(value as DerivationKeySlot)}
            error={faultOf('slot')}
            allowDeselect={false}
            data-autofocus
          />
          {taken.has(slot) && (
            <Text size="sm" c="red" role="status">
              {texts.replaces}
            </Text>
          )}
          <RuledInput
            rule={RULES.derivationKey}
            name="key"
            label={texts.own}
            description={texts.ownHint}
            error={faultOf('key')}
            autoComplete="off"
            spellCheck={false}
          />
        </>
      )}
    </FormDialog>
  );
}
