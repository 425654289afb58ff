import { Button, Checkbox, FileButton, Group, TagsInput, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { AuthorityRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { done } from '../../parts/notify.tsx';
import { issuingTexts, certificatesTexts as texts } from '../../texts/certificates.ts';
import { AddAuthority, ChangeAuthority } from './certificates.documents.ts';

/** Adds an authority by its certificate, or changes its name and what it no longer vouches for. */
export function AuthorityDialog({
  authority,
  onClose,
}: {
  authority: AuthorityRowFragment | undefined;
  onClose: () => void;
}) {
  const [add] = useChange(AddAuthority);
  const [change] = useChange(ChangeAuthority);
  const [certificate, setCertificate] = useState('');
  const [serials, setSerials] = useState<string[]>([...(authority?.revokedSerials ?? [])]);

  async function run(form: FormData) {
    const name = typedIn(form, 'name') ?? '';
    const before = authority?.revokedSerials ?? [];
    const outcome = authority
      ? await change({
          input: {
            id: authority.id,
            name,
            revokeSerials: serials.filter((serial) => !before.includes(serial)),
            reinstateSerials: before.filter((serial) => !serials.includes(serial)),
          },
        })
      : await add({ input: { name, certificate, bootstrapOnly: form.get('bootstrapOnly') === 'on' } });
    if (outcome?.faults.length === 0) void done(authority ? texts.saved(name) : texts.added(name));
    return outcome?.faults;
  }

  return (
    <FormDialog
      title={authority ? texts.editLabel(authority.name) : texts.add}
      action={authority ? texts.save : texts.submit}
      fields={['name', 'certificate', 'revokeSerials']}
      onClose={onClose}
      size="lg"
      run={run}
    >
      {(faultOf) => (
        <>
          <NameField label={texts.name} defaultValue={authority?.name} faultOf={faultOf} />
          {authority ? (
            <TagsInput
              label={texts.revokedLabel}
              description={texts.revokedHint}
              value={serials}
              onChange={setSerials}
              error={faultOf('revokeSerials')}
            />
          ) : (
            <>
              <Textarea
                label={texts.certificate}
                description={texts.certificateHint}
                placeholder={texts.certificatePlaceholder}
                value={certificate}
                onChange={(event) => setCertificate(event.currentTarget.value)}
                error={faultOf('certificate')}
                required
                withAsterisk={false}
                rows={8}
                spellCheck={false}
                ff="monospace"
              />
              <Group>
                <FileButton
                  accept=".pem,.crt,.cer"
                  onChange={async (file) => file && setCertificate(await file.text())}
                >
                  {(props) => (
                    <Button {...props} variant="default" size="xs">
                      {texts.fromFile}
                    </Button>
                  )}
                </FileButton>
              </Group>
              <Checkbox
                name="bootstrapOnly"
                label={issuingTexts.bootstrapLabel}
                description={issuingTexts.bootstrapHint}
              />
            </>
          )}
        </>
      )}
    </FormDialog>
  );
}
