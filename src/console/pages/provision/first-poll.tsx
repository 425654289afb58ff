import { Group, Loader, Text } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { IconCheck } from '@tabler/icons-react';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { When } from '../../parts/when.tsx';
import { provisionTexts as texts } from '../../texts/provision.ts';
import { FirstPoll as FirstPollQuery } from './provision.documents.ts';

/** Polls are no changes that the server tells of: as long as somebody looks, it is asked. */
const ASK_EVERY_MS = 3_000;

/** Whether the device has polled by now. */
export function FirstPoll({ controllerId }: { controllerId: string }) {
  const { may } = useViewer();
  const { data, reload } = useData(FirstPollQuery, { controllerId }, { pause: !may('READ_TARGET') });
  if (!data?.target) return null;
  const { lastControllerRequestAt: polledAt } = data.target;
  return (
    <Group gap="xs" role="status">
      {polledAt ? (
        <>
          <IconCheck size={18} color="var(--mantine-color-teal-7)" aria-hidden />
          <Text size="sm">
            {texts.polled} <When at={polledAt} />.
          </Text>
        </>
      ) : (
        <Waiting onTime={reload} />
      )}
    </Group>
  );
}

function Waiting({ onTime }: { onTime: () => void }) {
  useInterval(() => document.hidden || onTime(), ASK_EVERY_MS, { autoInvoke: true });
  return (
    <>
      <Loader size="xs" aria-hidden />
      <Text size="sm" c="dimmed">
        {texts.waitingForPoll}
      </Text>
    </>
  );
}
