import { ActionIcon, Select, Text, Tooltip } from '@mantine/core';
import { IconCertificateOff } from '@tabler/icons-react';
import { useState } from 'react';
import type { RevocationReason, TargetCertificateRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { done } from '../../parts/notify.tsx';
import { revocationReasons, revokeTexts as texts } from '../../texts/certificates.ts';
import { RevokeCertificate } from './certificates.documents.ts';

const REASONS = Object.entries(revocationReasons).map(([value, label]) => ({ value, label }));

/** Revokes a certificate of a device, after asking why. */
export function RevokeButton({
  certificate: { id, serialNumber },
}: {
  certificate: TargetCertificateRowFragment;
}) {
  const [revoke] = useChange(RevokeCertificate);
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState<RevocationReason | null>(null);

  async function run() {
    const outcome = await revoke({ input: { id, reason: reason! } });
    if (outcome?.faults.length === 0) void done(texts.told);
    return outcome?.faults;
  }

  const label = texts.label(serialNumber);
  return (
    <>
      <Tooltip label={label}>
        <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={() => setOpen(true)}>
          <IconCertificateOff size={16} />
        </ActionIcon>
      </Tooltip>
      {isOpen && (
        <FormDialog
          title={`${label}?`}
          action={texts.action}
          fields={['reason']}
          isReady={reason !== null}
          danger
          onClose={() => setOpen(false)}
          run={run}
        >
          {(faultOf) => (
            <>
              <Text size="sm">{texts.text}</Text>
              <Select
                label={texts.reason}
                description={texts.reasonHint}
                placeholder={texts.choose}
                data={REASONS}
                value={reason}
                onChange={(value) => setReason(value as RevocationReason | null)}
                error={faultOf('reason')}
                allowDeselect={false}
                data-autofocus
              />
            </>
          )}
        </FormDialog>
      )}
    </>
  );
}
