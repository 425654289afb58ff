import { Button, Code, Group, Text } from '@mantine/core';
import { useState } from 'react';
import type { EnrollmentGroupRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { EditButton } from '../../parts/edit-button.tsx';
import { RemoveButton } from '../../parts/remove-button.tsx';
import { keyKindTexts, policyTexts as texts } from '../../texts/certificate-policies.ts';
import { UpdateEnrollmentGroup } from './enrollment.documents.ts';
import { NoIssuer } from './no-issuer.tsx';
import { PolicyDialog } from './policy-dialog.tsx';

/** On what terms the devices of a group get certificates, where they ask, and what can be done with that. */
export function PolicyFact({ group }: { group: EnrollmentGroupRowFragment }) {
  const { id, name, certificatePolicy: policy, estPath, viewerCan } = group;
  const [update] = useChange(UpdateEnrollmentGroup);
  const [isOpen, setOpen] = useState(false);
  return (
    <Group gap="xs">
      {policy ? (
        <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
          <Code>{estPath}</Code>
          <Text size="xs" c="dimmed">
            {[
              texts.valid(policy.lifetimeDays),
              texts.renewed(policy.renewalDays),
              policy.keyKinds.map((kind) => keyKindTexts[kind]).join(', '),
              ...policy.alternativeNames,
            ].join(' · ')}
          </Text>
          <NoIssuer />
        </div>
      ) : (
        <span>{texts.none}</span>
      )}
      {viewerCan.update && !policy && (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={texts.addLabel(name)}
          onClick={() => setOpen(true)}
        >
          {texts.add}
        </Button>
      )}
      {viewerCan.update && policy && (
        <Group gap={4} wrap="nowrap">
          <EditButton label={texts.editLabel(name)} onClick={() => setOpen(true)} />
          <RemoveButton
            label={texts.removeLabel(name)}
            text={texts.removeText}
            told={texts.removed}
            remove={() => update({ input: { id, certificatePolicy: null } })}
          />
        </Group>
      )}
      {isOpen && <PolicyDialog group={group} onClose={() => setOpen(false)} />}
    </Group>
  );
}
