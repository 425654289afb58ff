import { Group, Stack, Text } from '@mantine/core';
import type { CountsFragment, RolloutGroupStatus, RolloutStatus } from '../../api/types.documents.ts';
import { State, type Tone } from '../../parts/status.tsx';
import { type Share, Shares } from '../../parts/tile.tsx';
import { numberText } from '../../texts/common.ts';
import { groupStatusTexts, rolloutStatusTexts, rolloutsTexts as texts } from '../../texts/rollouts.ts';

const ROLLOUT_TONES: Record<RolloutStatus, Tone> = {
  APPROVAL_DENIED: 'bad',
  CREATING: 'busy',
  DELETED: 'quiet',
  DELETING: 'quiet',
  FINISHED: 'good',
  PAUSED: 'warn',
  READY: 'quiet',
  RUNNING: 'busy',
  STARTING: 'busy',
  STOPPED: 'quiet',
  STOPPING: 'warn',
  WAITING_FOR_APPROVAL: 'warn',
};

const GROUP_TONES: Record<RolloutGroupStatus, Tone> = {
  CREATING: 'busy',
  ERROR: 'bad',
  FINISHED: 'good',
  READY: 'quiet',
  RUNNING: 'busy',
  SCHEDULED: 'quiet',
};

export const RolloutState = ({ status }: { status: RolloutStatus }) => (
  <State tone={ROLLOUT_TONES[status]}>{rolloutStatusTexts[status]}</State>
);

export const GroupState = ({ status }: { status: RolloutGroupStatus }) => (
  <State tone={GROUP_TONES[status]}>{groupStatusTexts[status]}</State>
);

const sharesOf = (counts: CountsFragment): Share[] => [
  { label: texts.counts.finished, count: counts.finished, tone: 'good' },
  { label: texts.counts.running, count: counts.running, tone: 'busy' },
  { label: texts.counts.failed, count: counts.failed, tone: 'bad' },
  { label: texts.counts.canceled, count: counts.canceled, tone: 'warn' },
  { label: texts.counts.waiting, count: counts.scheduled + counts.notStarted, tone: 'quiet' },
];

const NOTHING: CountsFragment = {
  finished: 0,
  running: 0,
  failed: 0,
  canceled: 0,
  scheduled: 0,
  notStarted: 0,
};

/** How far it is: a bar, and with `numbers` what its colors stand for. */
export function Progress({
  counts,
  total,
  numbers = false,
}: {
  counts: CountsFragment | null;
  total: number;
  numbers?: boolean;
}) {
  const shares = sharesOf(counts ?? NOTHING);
  const spoken = texts.progress(counts?.finished ?? 0, total);
  return (
    <Stack gap={8}>
      <Shares of={shares} label={spoken} />
      {numbers && (
        <Group gap="md">
          {shares.map(({ label, count, tone }) => (
            <State key={label} tone={tone}>
              {label}{' '}
              <Text span size="sm" fw={600} className="numbers">
                {numberText(count)}
              </Text>
            </State>
          ))}
        </Group>
      )}
    </Stack>
  );
}
