import { ActionIcon, type ActionIconProps } from '@mantine/core';
import { IconUserCircle } from '@tabler/icons-react';
import type { ComponentPropsWithRef } from 'react';
import { useViewer } from '../api/use-viewer.ts';
import { shell } from '../texts/shell.ts';

/** What opens the account's menu. */
export function AccountButton(
  props: ActionIconProps & Omit<ComponentPropsWithRef<'button'>, keyof ActionIconProps>,
) {
  const { viewer } = useViewer();
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      {...props}
      aria-label={shell.account(viewer?.username ?? '')}
    >
      <IconUserCircle size={22} stroke={1.6} />
    </ActionIcon>
  );
}
