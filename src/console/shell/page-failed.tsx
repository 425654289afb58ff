import { Alert, Button, Stack, Text } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { common, failures } from '../texts/common.ts';

/** A page met an error that nobody foresaw, or a new version of the console has replaced its files. */
export function PageFailed({ error }: ErrorComponentProps) {
  return (
    <Alert color="red" title={failures.title} role="alert" m="md">
      <Stack align="flex-start" gap="sm">
        <Text size="sm">{(error instanceof Error && error.message) || failures.other}</Text>
        <Button size="xs" variant="default" onClick={() => location.reload()}>
          {common.reload}
        </Button>
      </Stack>
    </Alert>
  );
}
