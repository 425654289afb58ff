import { MultiSelect, NumberInput, SimpleGrid, TagsInput, Text } from '@mantine/core';
import { useState } from 'react';
import type { CertificateKeyKind, EnrollmentGroupRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { done } from '../../parts/notify.tsx';
import { keyKindTexts, policyTexts as texts } from '../../texts/certificate-policies.ts';
import { UpdateEnrollmentGroup } from './enrollment.documents.ts';
import { NoIssuer } from './no-issuer.tsx';

/** What the server takes where nothing is said. */
const USUAL = { lifetimeDays: 365, renewalDays: 30, keyKinds: ['EC_P256', 'EC_P384'], alternativeNames: [] };
const MOST_DAYS = 3650;
const KEY_KINDS = Object.entries(keyKindTexts).map(([value, label]) => ({ value, label }));

/** Says on what terms the devices of a group get certificates. */
export function PolicyDialog({
  group: { id, name, certificatePolicy },
  onClose,
}: {
  group: EnrollmentGroupRowFragment;
  onClose: () => void;
}) {
  const [update] = useChange(UpdateEnrollmentGroup);
  const before = certificatePolicy ?? USUAL;
  const [lifetimeDays, setLifetimeDays] = useState(before.lifetimeDays);
  const [renewalDays, setRenewalDays] = useState(before.renewalDays);
  const [keyKinds, setKeyKinds] = useState<string[]>([...before.keyKinds]);
  const [alternativeNames, setAlternativeNames] = useState<string[]>([...before.alternativeNames]);

  async function run() {
    const policy = {
      lifetimeDays,
      renewalDays,
      keyKinds: keyKinds as CertificateKeyKind[],
      alternativeNames,
    };
    const outcome = await update({ input: { id, certificatePolicy: policy } });
    if (outcome?.faults.length === 0) void done(texts.saved(name));
    return outcome?.faults;
  }

  return (
    <FormDialog
      title={texts.title(name)}
      action={texts.save}
      fields={['lifetimeDays', 'renewalDays', 'keyKinds', 'alternativeNames']}
      onClose={onClose}
      size="lg"
      run={run}
    >
      {(faultOf) => (
        <>
          <Text size="sm">{texts.lead}</Text>
          <NoIssuer />
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="sm">
            <DaysField
              label={texts.lifetime}
              description={texts.lifetimeHint}
              value={lifetimeDays}
              onChange={setLifetimeDays}
              error={faultOf('lifetimeDays')}
              isFirst
            />
            <DaysField
              label={texts.renewal}
              value={renewalDays}
              onChange={setRenewalDays}
              error={faultOf('renewalDays')}
            />
          </SimpleGrid>
          <MultiSelect
            label={texts.keyKinds}
            description={texts.keyKindsHint}
            data={KEY_KINDS}
            value={keyKinds}
            onChange={setKeyKinds}
            error={faultOf('keyKinds')}
            searchable
          />
          <TagsInput
            label={texts.alternativeNames}
            description={texts.alternativeNamesHint}
            value={alternativeNames}
            onChange={setAlternativeNames}
            error={faultOf('alternativeNames')}
          />
        </>
      )}
    </FormDialog>
  );
}

function DaysField({
  onChange,
  isFirst,
  ...field
}: {
  label: string;
  description?: string;
  value: number;
  onChange: (days: number) => void;
  error: string | undefined;
  isFirst?: boolean;
}) {
  return (
    <NumberInput
      {...field}
      onChange={(value) => onChange(Number(value))}
      min={1}
      max={MOST_DAYS}
      allowDecimal={false}
      data-autofocus={isFirst}
    />
  );
}
