import { Button, Radio, Stack, Text } from '@mantine/core';
import { IconCircleOff } from '@tabler/icons-react';
import { useState } from 'react';
import type { ActionCancellation, SetFullFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { done } from '../../parts/notify.tsx';
import { invalidateTexts as texts } from '../../texts/software.ts';
import { InvalidateSet } from './software.documents.ts';

const WAYS = ['SOFT', 'FORCE', 'NONE'] as const satisfies ActionCancellation[];

/** Takes a set out of use, for one that turned out to be bad. */
export function InvalidateButton({ set }: { set: SetFullFragment }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconCircleOff size={16} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {texts.action}
      </Button>
      {open && <InvalidateDialog set={set} onClose={() => setOpen(false)} />}
    </>
  );
}

function InvalidateDialog({ set, onClose }: { set: SetFullFragment; onClose: () => void }) {
  const { may } = useViewer();
  const [invalidate] = useChange(InvalidateSet);
  const ways = may('UPDATE_TARGET') ? WAYS : (['NONE'] as const);
  const [way, setWay] = useState<ActionCancellation>(ways[0]);
  const title = `${set.name} ${set.version}`;
  return (
    <FormDialog
      title={texts.title(title)}
      action={texts.action}
      fields={[]}
      danger
      onClose={onClose}
      run={async () => {
        const outcome = await invalidate({ input: { id: set.id, cancelActions: way } });
        if (outcome?.faults.length === 0) void done(texts.done(title));
        return outcome?.faults;
      }}
    >
      {() => (
        <>
          <Text size="sm">{texts.lead}</Text>
          <Radio.Group
            label={texts.running}
            value={way}
            onChange={(value) => setWay(value as ActionCancellation)}
          >
            <Stack gap="xs" mt="xs">
              {ways.map((value) => (
                <Radio key={value} value={value} label={texts.ways[value]} />
              ))}
            </Stack>
          </Radio.Group>
        </>
      )}
    </FormDialog>
  );
}
