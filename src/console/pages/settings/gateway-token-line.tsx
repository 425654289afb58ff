import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import type { SettingsFullFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { confirm } from '../../parts/confirm.ts';
import { Copy } from '../../parts/copy.tsx';
import { failure } from '../../parts/notify.tsx';
import { type NewToken, TokenDialog } from '../../parts/token-dialog.tsx';
import { gatewayTexts as texts } from '../../texts/settings.ts';
import { SettingFrame } from './setting-line.tsx';
import { GenerateGatewayToken } from './settings.documents.ts';

/** The token that all devices may share: it is never shown by itself, but can be copied and made anew. */
export function GatewayTokenLine({
  setting: { value, origin },
}: {
  setting: NonNullable<SettingsFullFragment['gatewayToken']>;
}) {
  const { can } = useViewer();
  const [generate, busy] = useChange(GenerateGatewayToken);
  const [token, setToken] = useState<NewToken>();

  async function run() {
    const question = { title: texts.newTitle, text: texts.newText, action: texts.create, danger: true };
    if (value && !(await confirm(question))) return;
    const outcome = await generate({ input: {} });
    const [fault] = outcome?.faults ?? [];
    if (fault) return void failure(fault.message);
    const made = outcome?.payload.token;
    if (made) setToken({ title: texts.title, text: texts.text, copyLabel: texts.copy, token: made });
  }

  return (
    <SettingFrame name="gatewayToken" origin={origin} gives={texts.none}>
      <Text size="sm" c="dimmed">
        {value ? texts.hidden : texts.none}
      </Text>
      {value && <Copy text={value} label={texts.copy} />}
      {can.setTenantConfiguration && (
        <Button size="compact-sm" variant="default" loading={busy} onClick={() => void run()}>
          {texts.create}
        </Button>
      )}
      {token && <TokenDialog {...token} onClose={() => setToken(undefined)} />}
    </SettingFrame>
  );
}
