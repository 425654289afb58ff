import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import type { EnrollmentGroupRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { EditButton } from '../../parts/edit-button.tsx';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { done, failure } from '../../parts/notify.tsx';
import { RemoveButton } from '../../parts/remove-button.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { hookTexts as texts } from '../../texts/hooks.ts';
import { ClearHook, TestHook } from './hook.documents.ts';
import { HookDialog } from './hook-dialog.tsx';
import type { NewToken } from './token-of.ts';

/** Which service is asked before a group registers a device, and what can be done with that. */
export function HookFact({
  group,
  onSecret,
}: {
  group: EnrollmentGroupRowFragment;
  onSecret: (secret: NewToken) => void;
}) {
  const { id, name, hook, viewerCan } = group;
  const [clear] = useChange(ClearHook);
  const [opened, setOpened] = useState<'edit' | 'test'>();
  const close = () => setOpened(undefined);
  return (
    <Group gap="xs">
      {hook ? (
        <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
          {hook.url}
          <Text size="xs" c="dimmed">
            {[texts.within(hook.timeout), texts.else(texts.failures[hook.onFailure])].join(' · ')}
          </Text>
        </div>
      ) : (
        <span>{texts.nobody}</span>
      )}
      {viewerCan.update && !hook && (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={texts.addLabel(name)}
          onClick={() => setOpened('edit')}
        >
          {texts.add}
        </Button>
      )}
      {viewerCan.update && hook && (
        <Group gap={4} wrap="nowrap">
          <Button
            size="compact-xs"
            variant="default"
            aria-label={texts.testLabel(name)}
            onClick={() => setOpened('test')}
          >
            {texts.test}
          </Button>
          <EditButton label={texts.editLabel(name)} onClick={() => setOpened('edit')} />
          <RemoveButton
            label={texts.removeLabel(name)}
            text={texts.removeText}
            told={texts.removed}
            remove={() => clear({ input: { groupId: id } })}
          />
        </Group>
      )}
      {opened === 'edit' && <HookDialog group={group} onClose={close} onSecret={onSecret} />}
      {opened === 'test' && <TestDialog group={group} onClose={close} />}
    </Group>
  );
}

/** Asks the service about a device that need not be, and tells what it says. */
function TestDialog({
  group: { id, name },
  onClose,
}: {
  group: Pick<EnrollmentGroupRowFragment, 'id' | 'name'>;
  onClose: () => void;
}) {
  const [test] = useChange(TestHook);

  async function run(form: FormData) {
    const outcome = await test({ input: { groupId: id, device: typedIn(form, 'device') ?? '' } });
    const { decision, reason, error } = outcome?.payload ?? {};
    if (decision) void done(texts.says(texts.decisions[decision], reason ?? null));
    if (error) void failure(texts.failed(error));
    return outcome?.faults;
  }

  return (
    <FormDialog
      title={texts.testLabel(name)}
      action={texts.ask}
      fields={['device']}
      onClose={onClose}
      run={run}
    >
      {(faultOf) => (
        <RuledInput
          rule={RULES.controllerId}
          name="device"
          label={texts.device}
          description={texts.deviceHint}
          error={faultOf('device')}
          required
          withAsterisk={false}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
      )}
    </FormDialog>
  );
}
