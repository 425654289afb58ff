import { Alert, Text } from '@mantine/core';
import { capitalized } from '../texts/common.ts';

/** What the server found wrong, where no field of a form is to blame. */
export function Faults({ messages }: { messages: readonly string[] }) {
  if (messages.length === 0) return null;
  return (
    <Alert color="red" variant="light" role="alert">
      {messages.map((message) => (
        <Text size="sm" key={message}>
          {capitalized(message)}
        </Text>
      ))}
    </Alert>
  );
}
