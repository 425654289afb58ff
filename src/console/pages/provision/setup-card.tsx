import { Anchor, Select, Stack } from '@mantine/core';
import { useState } from 'react';
import { addressOf } from '../../api/base.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Card } from '../../parts/card.tsx';
import { DeviceSetup } from '../../parts/device-setup.tsx';
import { Answer } from '../../parts/states.tsx';
import { importTexts as texts } from '../../texts/import.ts';
import { FirstPoll } from './first-poll.tsx';
import { NewTargets, NewTargetToken } from './provision.documents.ts';

const CHOICES = 200;

/** What the new devices need to poll: for one of them to be copied, for all of them as a file. */
export function SetupCard({ since }: { since: string }) {
  const { may } = useViewer();
  const mayReadTokens = may('READ_TARGET_SECURITY_TOKEN');
  const filter = `createdAt=ge=${Date.parse(since)}`;
  const [chosen, setChosen] = useState<string | null>(null);
  const found = useData(NewTargets, { filter, first: CHOICES }, { pause: !may('READ_TARGET') });
  const ids = found.data?.targets.nodes.map(({ controllerId }) => controllerId) ?? [];
  const controllerId = chosen ?? ids[0];
  if (!may('READ_TARGET')) return null;
  return (
    <Card
      title={texts.setup}
      hint={texts.setupHint}
      actions={
        mayReadTokens && (
          <Anchor
            size="sm"
            href={addressOf(`exports?${new URLSearchParams({ filter, format: 'csv' })}`)}
            download="targets.csv"
          >
            {texts.tokens}
          </Anchor>
        )
      }
    >
      <Answer of={found}>
        {() => (
          <Stack>
            {ids.length > 1 && (
              <Select
                label={texts.device}
                data={ids}
                value={controllerId ?? null}
                onChange={setChosen}
                searchable
                allowDeselect={false}
                maw={360}
              />
            )}
            {controllerId && <DeviceOf controllerId={controllerId} mayReadTokens={mayReadTokens} />}
            {controllerId && <FirstPoll controllerId={controllerId} />}
          </Stack>
        )}
      </Answer>
    </Card>
  );
}

function DeviceOf({ controllerId, mayReadTokens }: { controllerId: string; mayReadTokens: boolean }) {
  const token = useData(NewTargetToken, { controllerId }, { pause: !mayReadTokens });
  if (!mayReadTokens) return <DeviceSetup controllerId={controllerId} token={null} />;
  return (
    <Answer of={token}>
      {({ target }) => <DeviceSetup controllerId={controllerId} token={target?.securityToken ?? null} />}
    </Answer>
  );
}
