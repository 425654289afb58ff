import { Alert, Button, Group, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { connection, tryNow } from '../api/connection.ts';
import { useStore } from '../api/store.ts';
import { done } from '../parts/notify.tsx';
import { shell } from '../texts/shell.ts';

/** Says that the server doesn't answer, as long as it doesn't. */
export function GoneBanner() {
  const { gone, times } = useStore(connection);
  const seen = useRef(times);
  useEffect(() => {
    if (seen.current === times) return;
    seen.current = times;
    done(shell.back);
  }, [times]);
  if (!gone) return null;
  return (
    <Alert
      color="orange"
      variant="light"
      icon={<IconPlugConnectedX />}
      title={shell.goneTitle}
      mb="md"
      role="alert"
    >
      <Group justify="space-between" align="center">
        <Text size="sm">{shell.goneText}</Text>
        <Button size="xs" variant="default" onClick={() => void tryNow()}>
          {shell.goneRetry}
        </Button>
      </Group>
    </Alert>
  );
}
