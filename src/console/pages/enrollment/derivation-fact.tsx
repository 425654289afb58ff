import { Button, Code, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import type { EnrollmentGroupRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { RemoveButton } from '../../parts/remove-button.tsx';
import { When } from '../../parts/when.tsx';
import { derivationTexts as texts } from '../../texts/derivation.ts';
import { DeleteDerivationKey } from './derivation.documents.ts';
import { DerivationDialog } from './derivation-dialog.tsx';
import type { NewToken } from './token-of.ts';

/** The keys that tokens of a group's devices are derived from: of each only its fingerprint is known. */
export function DerivationFact({
  group,
  onSecret,
}: {
  group: EnrollmentGroupRowFragment;
  onSecret: (secret: NewToken) => void;
}) {
  const { name, derivationKeys, viewerCan } = group;
  const { may } = useViewer();
  const [remove] = useChange(DeleteDerivationKey);
  const [isOpen, setOpen] = useState(false);
  const keys = derivationKeys ?? [];
  return (
    <Group gap="xs">
      {keys.length === 0 ? (
        <span>{texts.none}</span>
      ) : (
        <Stack gap={2}>
          {keys.map(({ id, slot, fingerprint, createdAt }) => (
            <Group key={id} gap="xs">
              <span>{texts.slots[slot]}</span>
              <Code aria-label={texts.fingerprint(fingerprint)} title={texts.fingerprint(fingerprint)}>
                {fingerprint}
              </Code>
              <When at={createdAt} c="dimmed" />
              {viewerCan.delete && (
                <RemoveButton
                  label={texts.removeLabel(texts.slots[slot], name)}
                  text={texts.removeText}
                  told={texts.removed}
                  remove={() => remove({ input: { id } })}
                />
              )}
            </Group>
          ))}
        </Stack>
      )}
      {viewerCan.update && may('READ_GATEWAY_SECURITY_TOKEN') && (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={texts.addLabel(name)}
          onClick={() => setOpen(true)}
        >
          {texts.add}
        </Button>
      )}
      {isOpen && <DerivationDialog group={group} onClose={() => setOpen(false)} onSecret={onSecret} />}
    </Group>
  );
}
