import { Alert, Box, Button, Center, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Loaded } from '../api/use-data.ts';
import { common, failures } from '../texts/common.ts';
import { isForbidden, reasonOf } from './reason.ts';

/** Lines that are on their way: as high as what replaces them, so that nothing jumps. */
export function Lines({ count = 6, height = 20 }: { count?: number; height?: number }) {
  return (
    <Stack gap="sm" aria-busy="true" role="status" aria-label={common.loading}>
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <Skeleton key={index} height={height} radius="sm" />
      ))}
    </Stack>
  );
}

/** There is nothing yet: says what to do first. */
export function Empty({
  icon,
  title,
  hint,
  action,
}: {
  icon?: ReactNode;
  title: string;
  hint?: string;
  action?: ReactNode;
}) {
  return (
    <Center py={56} px="md">
      <Stack align="center" gap="xs" maw={460}>
        {icon}
        <Title order={2} size="h4" ta="center" textWrap="balance">
          {title}
        </Title>
        {hint && (
          <Text c="dimmed" ta="center" size="sm" style={{ textWrap: 'balance' }}>
            {hint}
          </Text>
        )}
        {action && <Box mt="sm">{action}</Box>}
      </Stack>
    </Center>
  );
}

/** What the caller has no permission for. */
export const Refused = () => (
  <Empty
    icon={<IconLock size={40} stroke={1.4} />}
    title={failures.forbiddenTitle}
    hint={failures.forbidden}
  />
);

/** It could not be loaded: says why, and offers another try where one may help. */
export function Failed({ error, reload }: Pick<Loaded<unknown>, 'error' | 'reload'>) {
  if (isForbidden(error)) return <Refused />;
  return (
    <Alert color="red" variant="light" title={failures.title} role="alert">
      <Stack align="flex-start" gap="sm">
        <Text size="sm">{reasonOf(error)}</Text>
        <Button size="xs" variant="default" onClick={reload}>
          {common.retry}
        </Button>
      </Stack>
    </Alert>
  );
}

/** What a query answers, or what there is to say instead. What was loaded before stays while it is asked anew. */
export function Answer<T>({
  of,
  children,
  waiting,
}: {
  of: Loaded<T>;
  waiting?: ReactNode;
  children: (data: T) => ReactNode;
}) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.error) return <Failed error={of.error} reload={of.reload} />;
  return <>{waiting ?? <Lines />}</>;
}
