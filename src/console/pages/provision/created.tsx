import { Button, Group, Select, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCheck, IconDownload } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { ProvisionMutation } from '../../api/types.documents.ts';
import { DeviceSetup } from '../../parts/device-setup.tsx';
import { PageButton } from '../../parts/links.tsx';
import { csvOf, saveFile } from '../../parts/save-file.ts';
import { takenTexts } from '../../texts/claims.ts';
import { provisionTexts as texts } from '../../texts/provision.ts';
import { FirstPoll } from './first-poll.tsx';

export type Created = ProvisionMutation['createTargets']['targets'][number];

/** A target that was made, with what its device needs to poll. */
export const Done = ({
  target: { controllerId, securityToken },
  onAnother,
}: {
  target: Created;
  onAnother: () => void;
}) => (
  <Stack>
    <Success title={texts.done(controllerId)} lead={texts.doneLead} />
    <DeviceSetup controllerId={controllerId} token={securityToken ?? null} />
    <FirstPoll controllerId={controllerId} />
    <Group>
      <PageButton to="/targets/$controllerId" params={{ controllerId }}>
        {texts.show}
      </PageButton>
      <Another onClick={onAnother} />
    </Group>
  </Stack>
);

/** Targets that were taken over together: what one of them needs to be copied, what all need as a file. */
export function TakenMany({ targets, onAnother }: { targets: readonly Created[]; onAnother: () => void }) {
  const ids = targets.map(({ controllerId }) => controllerId);
  const [chosen, setChosen] = useState(ids[0]!);
  const token = targets.find(({ controllerId }) => controllerId === chosen)?.securityToken ?? null;
  const saveAll = () =>
    saveFile(
      'tokens.csv',
      csvOf([
        ['controllerId', 'securityToken'],
        ...targets.map(({ controllerId, securityToken }) => [controllerId, securityToken]),
      ]),
    );
  return (
    <Stack>
      <Success title={takenTexts.title(targets.length)} lead={takenTexts.lead} />
      <Select
        label={takenTexts.device}
        data={ids}
        value={chosen}
        onChange={(id) => setChosen(id ?? chosen)}
        searchable
        allowDeselect={false}
        maw={360}
      />
      <DeviceSetup controllerId={chosen} token={token} />
      <Group>
        {token !== null && (
          <Button leftSection={<IconDownload size={16} aria-hidden />} onClick={saveAll}>
            {takenTexts.save}
          </Button>
        )}
        <Another onClick={onAnother} />
      </Group>
    </Stack>
  );
}

const Success = ({ title, lead }: { title: ReactNode; lead: ReactNode }) => (
  <Group gap="sm" wrap="nowrap">
    <ThemeIcon color="teal.8" radius="xl" size="lg">
      <IconCheck size={20} />
    </ThemeIcon>
    <div>
      <Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>
        {title}
      </Title>
      <Text size="sm" c="dimmed">
        {lead}
      </Text>
    </div>
  </Group>
);

const Another = ({ onClick }: { onClick: () => void }) => (
  <Button variant="default" onClick={onClick} autoFocus>
    {texts.another}
  </Button>
);
