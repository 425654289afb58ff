import { Button, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { common } from '../texts/common.ts';
import { CodeLines } from './copy.tsx';
import { Dialog } from './dialog.tsx';

export interface NewToken {
  title: string;
  /** What to do with it. */
  text: string;
  copyLabel: string;
  token: string;
  /** How it is used: lines for a shell. */
  example?: { text: string; lines: string; copyLabel: string };
  /** What else can be done with it. */
  more?: ReactNode;
}

/** A secret that is shown once. */
export function TokenDialog({
  title,
  text,
  copyLabel,
  token,
  example,
  more,
  onClose,
}: NewToken & { onClose: () => void }) {
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
        {example && (
          <>
            <Text size="sm">{example.text}</Text>
            <CodeLines text={example.lines} label={example.copyLabel} />
          </>
        )}
        {more}
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            {common.close}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
