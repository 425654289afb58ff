import { Box, Group, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { common } from '../texts/common.ts';

/** The frame of each page: its title, which is the window's too, what can be done here, and its content. */
export function Page({
  title,
  lead,
  actions,
  children,
  wide = false,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** A table takes all of the width. */
  wide?: boolean;
}) {
  useDocumentTitle(`${title} · ${common.product}`);
  return (
    <Stack
      gap="md"
      maw={wide ? undefined : 1280}
      mx={wide ? undefined : 'auto'}
      h={wide ? '100%' : undefined}
    >
      <Group justify="space-between" align="flex-start" gap="sm">
        <Box miw={0}>
          <Title order={1} size="h3" style={{ overflowWrap: 'anywhere' }}>
            {title}
          </Title>
          {lead && (
            <Text c="dimmed" size="sm" component="div">
              {lead}
            </Text>
          )}
        </Box>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
