import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { TargetFullFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { Card } from '../../parts/card.tsx';
import { confirm } from '../../parts/confirm.ts';
import { Copy } from '../../parts/copy.tsx';
import { DeviceSetup } from '../../parts/device-setup.tsx';
import { done, failure } from '../../parts/notify.tsx';
import { Answer, Lines } from '../../parts/states.tsx';
import { tell } from '../../parts/tell.ts';
import { common } from '../../texts/common.ts';
import { derivationTexts } from '../../texts/derivation.ts';
import { targetTexts as texts } from '../../texts/target.ts';
import { EndDerivedTokens, RotateToken, TargetToken } from './target.documents.ts';

/** The token: read only when somebody asks to see it. */
export function TokenCard({ target }: { target: TargetFullFragment }) {
  const { id, controllerId, viewerCan } = target;
  const [shown, setShown] = useState(false);
  const [rotate, rotating] = useChange(RotateToken);
  const token = useData(TargetToken, { controllerId }, { pause: !shown });

  async function onRotate() {
    const sure = await confirm({
      title: texts.rotate,
      text: texts.rotateText(controllerId),
      action: texts.rotate,
    });
    const outcome = sure ? await rotate({ input: { id } }) : undefined;
    if (!outcome) return;
    const [fault] = outcome.faults;
    if (fault) return void failure(fault.message);
    void done(texts.rotated);
    if (shown) token.reload();
  }

  return (
    <Card
      title={texts.token}
      actions={
        <>
          {viewerCan.update && hasDerivedToken(target) && <EndDerivedButton target={target} />}
          {viewerCan.rotateToken && (
            <Button size="xs" variant="default" loading={rotating} onClick={() => void onRotate()}>
              {texts.rotate}
            </Button>
          )}
        </>
      }
    >
      {!shown ? (
        <Group justify="space-between">
          <Text size="sm" c="dimmed">
            {texts.tokenHidden}
          </Text>
          {viewerCan.readToken && (
            <Button size="xs" variant="light" onClick={() => setShown(true)}>
              {texts.showToken}
            </Button>
          )}
        </Group>
      ) : (
        <Answer of={token} waiting={<Lines count={1} />}>
          {({ target }) => (
            <Stack gap="sm">
              <Group gap="xs" wrap="nowrap">
                <Code style={{ overflowWrap: 'anywhere' }}>{target?.securityToken ?? common.none}</Code>
                <Copy text={target?.securityToken ?? ''} label={`${common.copy}: ${texts.token}`} />
                <Button size="compact-xs" variant="subtle" onClick={() => setShown(false)}>
                  {texts.hideToken}
                </Button>
              </Group>
              <DeviceSetup controllerId={controllerId} token={target?.securityToken ?? null} />
            </Stack>
          )}
        </Answer>
      )}
    </Card>
  );
}

const hasDerivedToken = ({ registeredWith, credential }: TargetFullFragment) =>
  registeredWith === 'DERIVED_TOKEN' || credential?.kind === 'DERIVED_TOKEN';

/** For a device whose derived token got into wrong hands. */
function EndDerivedButton({ target: { id, controllerId } }: { target: TargetFullFragment }) {
  const [end, ending] = useChange(EndDerivedTokens);
  const { end: action, endTitle: title, endText, ended } = derivationTexts;
  return (
    <Button
      size="xs"
      variant="default"
      loading={ending}
      onClick={async () => {
        const sure = await confirm({ title, text: endText(controllerId), action, danger: true });
        if (sure) tell(await end({ input: { id } }), ended);
      }}
    >
      {action}
    </Button>
  );
}
