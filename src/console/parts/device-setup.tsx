import { Alert, Stack, Tabs, Text } from '@mantine/core';
import { IS_LOCAL } from '../api/base.ts';
import { useViewer } from '../api/use-viewer.ts';
import { common } from '../texts/common.ts';
import { provisionTexts as texts } from '../texts/provision.ts';
import { CodeLines } from './copy.tsx';
import { curlCommand, raucConfiguration, swupdateCommand } from './device-commands.ts';

const WAYS = [
  ['curl', texts.curl, texts.curlHint, curlCommand],
  ['swupdate', texts.swupdate, texts.swupdateHint, swupdateCommand],
  ['rauc', texts.rauc, texts.raucHint, raucConfiguration],
] as const;

/** What a device needs to poll: for the clients that people have. */
export function DeviceSetup({ controllerId, token }: { controllerId: string; token: string | null }) {
  const { viewer } = useViewer();
  const device = { tenant: viewer?.tenant ?? '', controllerId, token: token ?? texts.tokenPlace };
  return (
    <Stack gap="sm">
      {token === null && (
        <Alert color="orange" variant="light">
          {texts.noToken}
        </Alert>
      )}
      <Tabs defaultValue="curl" keepMounted={false}>
        <Tabs.List>
          {WAYS.map(([value, label]) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {WAYS.map(([value, label, hint, lines]) => (
          <Tabs.Panel key={value} value={value} pt="sm">
            <Stack gap="xs">
              <Text size="sm" c="dimmed">
                {hint}
              </Text>
              <CodeLines text={lines(device)} label={`${common.copy}: ${label}`} />
            </Stack>
          </Tabs.Panel>
        ))}
      </Tabs>
      {IS_LOCAL && (
        <Text size="sm" c="dimmed">
          {texts.localAddress}
        </Text>
      )}
    </Stack>
  );
}
