import { Box, Group, Skeleton, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { common } from '../texts/common.ts';
import { Refused } from './states.tsx';

/** The frame of each page: its title, which is the window's too, what can be done here, and its content. */
export function Page({
  back,
  title,
  lead,
  actions,
  children,
  wide = false,
  waiting = false,
}: {
  /** The way to the list that it is of. */
  back?: ReactNode;
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** A table takes all of the width. */
  wide?: boolean;
  /** Its name isn't known yet: the title is heard only, so that none is seen to change. */
  waiting?: boolean;
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
          {back}
          <Title order={1} size="h3" style={{ overflowWrap: 'anywhere' }}>
            {waiting ? <VisuallyHidden>{title}</VisuallyHidden> : title}
            {waiting && <Skeleton component="span" display="block" height={24} width={220} radius="sm" />}
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

/** In place of a page that only does what the caller may not do. */
export const RefusedPage = ({ title }: { title: string }) => (
  <Page title={title}>
    <Refused />
  </Page>
);
