import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useStore } from '../api/store.ts';
import { common } from '../texts/common.ts';
import { asked } from './confirm.ts';

/** Shows what `confirm` asks. It is there once. */
export function ConfirmationDialog() {
  const question = useStore(asked);
  const [typed, setTyped] = useState('');
  // biome-ignore lint/correctness/useExhaustiveDependencies: each question begins anew
  useEffect(() => setTyped(''), [question]);
  if (!question) return null;
  const isReady = question.typed === undefined || typed.trim() === question.typed;
  return (
    <Modal opened onClose={() => question.answer(false)} title={question.title} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) question.answer(true);
        }}
      >
        <Stack>
          <Text size="sm">{question.text}</Text>
          {question.typed !== undefined && (
            <TextInput
              label={common.typeToConfirm(question.typed)}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              data-autofocus
              autoComplete="off"
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => question.answer(false)}>
              {common.cancel}
            </Button>
            <Button
              type="submit"
              color={question.danger ? 'red.8' : undefined}
              disabled={!isReady}
              data-autofocus={question.typed === undefined || undefined}
            >
              {question.action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
