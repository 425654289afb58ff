import { Checkbox, NumberInput, Select, Text } from '@mantine/core';
import { useState } from 'react';
import type { EnrollmentGroupRowFragment, EnrollmentHookFailure } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { done } from '../../parts/notify.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { hookTexts as texts } from '../../texts/hooks.ts';
import { SetHook } from './hook.documents.ts';
import type { NewToken } from './token-of.ts';

const USUAL_SECONDS = 3;
const MOST_SECONDS = 10;

/** `00:00:03` in seconds. */
const secondsOf = (duration: string): number =>
  duration.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);

/** Says which service is asked before a group registers a device; its secret is told once. */
export function HookDialog({
  group: { id, name, hook },
  onClose,
  onSecret,
}: {
  group: EnrollmentGroupRowFragment;
  onClose: () => void;
  onSecret: (secret: NewToken) => void;
}) {
  const [set] = useChange(SetHook);
  const [seconds, setSeconds] = useState(hook ? secondsOf(hook.timeout) : USUAL_SECONDS);
  const [onFailure, setOnFailure] = useState<EnrollmentHookFailure>(hook?.onFailure ?? 'WAIT');

  async function run(form: FormData) {
    const rotateSecret = form.get('rotate') === 'on';
    const url = typedIn(form, 'url') ?? '';
    const outcome = await set({
      input: { groupId: id, url, timeout: String(seconds), onFailure, rotateSecret },
    });
    const secret = outcome?.payload.secret;
    if (secret)
      onSecret({
        title: texts.secretTitle(name),
        text: texts.secretText,
        copyLabel: texts.copySecret,
        token: secret,
      });
    else if (outcome?.faults.length === 0) void done(texts.saved(name));
    return outcome?.faults;
  }

  return (
    <FormDialog
      title={texts.title(name)}
      action={texts.save}
      fields={['url', 'timeout']}
      onClose={onClose}
      size="lg"
      run={run}
    >
      {(faultOf) => (
        <>
          <Text size="sm">{texts.lead}</Text>
          <RuledInput
            rule={RULES.url}
            name="url"
            type="url"
            label={texts.url}
            description={texts.urlHint}
            defaultValue={hook?.url}
            error={faultOf('url')}
            required
            withAsterisk={false}
            autoComplete="off"
            data-autofocus
          />
          <NumberInput
            label={texts.timeout}
            value={seconds}
            onChange={(value) => setSeconds(Number(value) || USUAL_SECONDS)}
            min={1}
            max={MOST_SECONDS}
            allowDecimal={false}
            error={faultOf('timeout')}
          />
          <Select
            label={texts.onFailure}
            data={(['WAIT', 'HOLD'] as const).map((value) => ({ value, label: texts.failures[value] }))}
            value={onFailure}
            onChange={(value) => setOnFailure(value as EnrollmentHookFailure)}
            allowDeselect={false}
          />
          {hook && <Checkbox name="rotate" label={texts.rotate} description={texts.rotateHint} />}
        </>
      )}
    </FormDialog>
  );
}
