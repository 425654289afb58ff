import { NumberInput, Text } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../../api/use-change.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { TimeField } from '../../parts/time-field.tsx';
import { enrollmentTexts as texts } from '../../texts/enrollment.ts';
import { RotateEnrollmentToken } from './enrollment.documents.ts';
import { type NewToken, tokenOf } from './token-of.ts';

const SECONDS_AN_HOUR = 3_600;
const MOST_HOURS = 24 * 365;

/** Makes a new token of a group: for how long the others still work, and how long this one. */
export function RotateDialog({
  group: { id, name },
  onClose,
  onToken,
}: {
  group: { id: string; name: string };
  onClose: () => void;
  onToken: (token: NewToken) => void;
}) {
  const [rotate] = useChange(RotateEnrollmentToken);
  const [hours, setHours] = useState(0);
  const [expiresAt, setExpiresAt] = useState<string | null>(null);
  return (
    <FormDialog
      title={texts.rotateTitle(name)}
      action={texts.rotate}
      fields={['overlap', 'expiresAt']}
      onClose={onClose}
      run={async () => {
        const overlap = String(Math.round(hours * SECONDS_AN_HOUR));
        const outcome = await rotate({ input: { groupId: id, overlap, expiresAt } });
        if (outcome?.payload.token) onToken(tokenOf(name, outcome.payload.token));
        return outcome?.faults;
      }}
    >
      {(faultOf) => (
        <>
          <Text size="sm">{hours === 0 ? texts.rotateText : texts.rotateLater}</Text>
          <NumberInput
            label={texts.overlap}
            value={hours}
            onChange={(value) => setHours(Number(value) || 0)}
            min={0}
            max={MOST_HOURS}
            error={faultOf('overlap')}
            data-autofocus
          />
          <TimeField
            label={texts.tokenExpiresAt}
            description={texts.tokenExpiresHint}
            value={expiresAt}
            onChange={setExpiresAt}
            error={faultOf('expiresAt')}
          />
        </>
      )}
    </FormDialog>
  );
}
