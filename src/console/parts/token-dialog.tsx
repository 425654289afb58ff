import { Button, Group, Stack, Text } from '@mantine/core';
import { common } from '../texts/common.ts';
import { CodeLines } from './copy.tsx';
import { Dialog } from './dialog.tsx';

export interface NewToken {
  title: string;
  /** What to do with it. */
  text: string;
  copyLabel: string;
  token: string;
}

/** A secret that is shown once. */
export function TokenDialog({ title, text, copyLabel, token, onClose }: NewToken & { onClose: () => void }) {
  return (
    <Dialog
      onClose={onClose}
      title={title}
      size="lg"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <Stack>
        <Text size="sm">{text}</Text>
        <CodeLines text={token} label={copyLabel} />
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            {common.close}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
