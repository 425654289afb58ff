import { NumberInput, Select, Text } from '@mantine/core';
import { useState } from 'react';
import type { IssuingAuthorityKind } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { done } from '../../parts/notify.tsx';
import { certificatesTexts, issuingTexts as texts } from '../../texts/certificates.ts';
import { AddIssuingAuthority } from './certificates.documents.ts';
import {
  CERTIFICATES,
  PemField,
  PRIVATE_KEY,
  UPSTREAM_FIELDS,
  UpstreamFields,
  upstreamOf,
} from './issuing-fields.tsx';

const USUAL_DAYS = 3650;
const MOST_DAYS = 36_500;
const KINDS = (['MADE', 'INTERMEDIATE', 'UPSTREAM'] as const).map((value) => ({
  value,
  label: texts.sources[value],
}));
/** Those that show their own faults. */
const FIELDS: Readonly<Record<IssuingAuthorityKind, readonly string[]>> = {
  MADE: ['lifetimeDays'],
  INTERMEDIATE: ['certificates', 'privateKey'],
  UPSTREAM: UPSTREAM_FIELDS,
};
/** Gives the tenant an authority that signs certificates of devices: a new one, or one that is elsewhere already. */
export function IssuingDialog({ onClose }: { onClose: () => void }) {
  const [add] = useChange(AddIssuingAuthority);
  const [kind, setKind] = useState<IssuingAuthorityKind>('MADE');

  async function run(form: FormData) {
    const name = typedIn(form, 'name') ?? '';
    const outcome = await add({ input: { name, source: sourceOf(kind, form) } });
    if (outcome?.faults.length === 0) void done(texts.added(name));
    return outcome?.faults;
  }

  return (
    <FormDialog
      title={texts.add}
      action={texts.submit}
      fields={['name', ...FIELDS[kind]]}
      onClose={onClose}
      size="lg"
      run={run}
    >
      {(faultOf) => (
        <>
          <Text size="sm">{texts.lead}</Text>
          <NameField label={certificatesTexts.name} faultOf={faultOf} />
          <Select
            label={texts.source}
            data={KINDS}
            value={kind}
            onChange={(value) => setKind(value as IssuingAuthorityKind)}
            allowDeselect={false}
          />
          {kind === 'MADE' && (
            <NumberInput
              name="lifetimeDays"
              label={texts.lifetime}
              defaultValue={USUAL_DAYS}
              min={1}
              max={MOST_DAYS}
              allowDecimal={false}
              error={faultOf('lifetimeDays')}
            />
          )}
          {kind === 'INTERMEDIATE' && (
            <>
              <PemField {...CERTIFICATES} required error={faultOf('certificates')} />
              <PemField {...PRIVATE_KEY} required error={faultOf('privateKey')} />
            </>
          )}
          {kind === 'UPSTREAM' && <UpstreamFields faultOf={faultOf} />}
        </>
      )}
    </FormDialog>
  );
}

function sourceOf(kind: IssuingAuthorityKind, form: FormData) {
  const text = (field: string) => typedIn(form, field) ?? '';
  if (kind === 'MADE') return { made: { lifetimeDays: Number(text('lifetimeDays')) } };
  if (kind === 'INTERMEDIATE')
    return { intermediate: { certificates: text('certificates'), privateKey: text('privateKey') } };
  return { upstream: upstreamOf(form) };
}
