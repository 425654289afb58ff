import { Text } from '@mantine/core';
import { useChange } from '../../api/use-change.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { done } from '../../parts/notify.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { moduleTexts } from '../../texts/software.ts';
import { AddExternalFile } from './software.documents.ts';

const texts = moduleTexts.external;
const FIELDS = ['filename', 'url', 'size', 'sha256', 'sha1', 'md5'] as const;
const HINTS: Partial<Record<(typeof FIELDS)[number], string>> = {
  url: texts.urlHint,
  sha1: texts.sha1Hint,
  md5: texts.optional,
};
const NEEDED: readonly string[] = ['filename', 'url', 'size', 'sha256'];

/** Adds a file that devices fetch from another server. */
export function ExternalFileDialog({
  moduleId,
  onClose,
  onAdded,
}: {
  moduleId: string;
  onClose: () => void;
  onAdded: () => void;
}) {
  const [add] = useChange(AddExternalFile);
  return (
    <FormDialog
      title={texts.title}
      action={texts.submit}
      fields={FIELDS}
      onClose={onClose}
      size="lg"
      run={async (form) => {
        const given = (field: (typeof FIELDS)[number]) => typedIn(form, field);
        const filename = given('filename') ?? '';
        const outcome = await add({
          input: {
            moduleId,
            filename,
            url: given('url') ?? '',
            size: Number(given('size')),
            sha256: given('sha256') ?? '',
            sha1: given('sha1'),
            md5: given('md5'),
          },
        });
        if (outcome?.payload.artifact) {
          void done(texts.added(filename));
          onAdded();
        }
        return outcome?.faults;
      }}
    >
      {(faultOf) => (
        <>
          <Text size="sm" c="dimmed">
            {texts.lead}
          </Text>
          {FIELDS.map((field) => (
            <RuledInput
              key={field}
              rule={RULES[field]}
              name={field}
              label={texts[field]}
              description={HINTS[field]}
              error={faultOf(field)}
              required={NEEDED.includes(field)}
              withAsterisk={false}
              {...(field === 'size' && { inputMode: 'numeric' })}
              {...(field === 'filename' && { 'data-autofocus': true })}
              autoComplete="off"
              spellCheck={false}
            />
          ))}
        </>
      )}
    </FormDialog>
  );
}
