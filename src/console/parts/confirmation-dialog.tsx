import { Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useStore } from '../api/store.ts';
import { common } from '../texts/common.ts';
import { asked } from './confirm.ts';
import { Dialog } from './dialog.tsx';

/** As the server takes it. */
const LONGEST_REMARK = 255;

/** Shows what `confirm` asks. It is there once. */
export function ConfirmationDialog() {
  const question = useStore(asked);
  const [typed, setTyped] = useState('');
  const [remark, setRemark] = useState('');
  // biome-ignore lint/correctness/useExhaustiveDependencies: each question begins anew
  useEffect(() => {
    setTyped('');
    setRemark('');
  }, [question]);
  if (!question) return null;
  const isReady = question.typed === undefined || typed.trim() === question.typed;
  return (
    <Dialog onClose={() => question.answer(false)} title={question.title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) question.answer(true, remark);
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
          {question.remark && (
            <Textarea
              label={common.remark}
              value={remark}
              onChange={(event) => setRemark(event.currentTarget.value)}
              maxLength={LONGEST_REMARK}
              autosize
              minRows={2}
              data-autofocus
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
              data-autofocus={(question.typed === undefined && !question.remark) || undefined}
            >
              {question.action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
