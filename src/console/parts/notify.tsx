import { Button, Group, Text } from '@mantine/core';
import type { CombinedError } from 'urql';
import { common, failures } from '../texts/common.ts';
import { reasonOf } from './reason.ts';

/** They are loaded with the first of them. */
const load = () => import('@mantine/notifications').then(({ notifications }) => notifications);

const LONG_MS = 10_000;

/** Says briefly that something is done; with `undo`, how to take it back. */
export async function done(message: string, undo?: () => void): Promise<void> {
  const notifications = await load();
  const id = crypto.randomUUID?.() ?? String(Math.random());
  notifications.show({
    id,
    color: 'teal',
    autoClose: undo ? LONG_MS : 4_000,
    withBorder: true,
    message: undo ? (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{message}</Text>
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          {common.undo}
        </Button>
      </Group>
    ) : (
      message
    ),
  });
}

/** Says that nothing was done, and why. */
export async function failure(error: CombinedError | string | undefined): Promise<void> {
  const notifications = await load();
  notifications.show({
    color: 'red',
    autoClose: LONG_MS,
    withBorder: true,
    title: failures.changeTitle,
    message: typeof error === 'string' ? error : reasonOf(error),
  });
}
