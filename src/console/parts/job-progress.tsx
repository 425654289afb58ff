import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import { useSubscription } from 'urql';
import type { JobStateFragment } from '../api/types.documents.ts';
import { useChange } from '../api/use-change.ts';
import { jobTexts as texts } from '../texts/job.ts';
import { JobMoves, StopJob } from './job.documents.ts';

const ENDED: readonly JobStateFragment['state'][] = ['FINISHED', 'FAILED', 'CANCELED'];

/** How far a job is, live; it can be stopped. `onEnd` is called once with its last state. */
export function JobProgress({
  job: first,
  onEnd,
}: {
  job: JobStateFragment;
  onEnd: (job: JobStateFragment) => void;
}) {
  const [{ data }] = useSubscription({ query: JobMoves, variables: { id: first.id } });
  const [stop, stopping] = useChange(StopJob);
  const job = data?.jobProgress ?? first;
  const isOver = ENDED.includes(job.state);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it is over
  useEffect(() => {
    if (isOver) onEnd(job);
  }, [isOver]);
  return (
    <Stack gap="xs">
      <Text size="sm" className="numbers" aria-live="polite">
        {texts.progress(job.done, job.total)}
      </Text>
      <Progress value={job.total === 0 ? 0 : (100 * job.done) / job.total} aria-label={texts.label} />
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          {texts.background}
        </Text>
        <Button
          size="xs"
          variant="default"
          loading={stopping}
          disabled={isOver}
          onClick={() => void stop({ input: { id: job.id } })}
        >
          {texts.stop}
        </Button>
      </Group>
    </Stack>
  );
}
