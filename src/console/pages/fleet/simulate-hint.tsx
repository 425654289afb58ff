import { Stack, Text } from '@mantine/core';
import { useViewer } from '../../api/use-viewer.ts';
import { CodeLines } from '../../parts/copy.tsx';
import { isFirstAdministrator, simulateCommand } from '../../parts/device-commands.ts';
import { fleetTexts as texts } from '../../texts/fleet.ts';

/** How to see it all without a device. */
export function SimulateHint() {
  const { viewer } = useViewer();
  if (!viewer) return null;
  return (
    <Stack gap="xs" w="100%" maw={640} mx="auto">
      <Text size="sm" c="dimmed">
        {texts.simulate}
      </Text>
      <CodeLines text={simulateCommand(viewer)} label={texts.simulateCopy} />
      {!isFirstAdministrator(viewer) && (
        <Text size="xs" c="dimmed">
          {texts.simulatePassword}
        </Text>
      )}
    </Stack>
  );
}
