import { Button, Divider, Group, List, Stack, Text } from '@mantine/core';
import { Fragment, useState } from 'react';
import type { GroupRowFragment, RolloutFullFragment } from '../../api/types.documents.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Card } from '../../parts/card.tsx';
import { PageLink } from '../../parts/links.tsx';
import { Answer, Lines } from '../../parts/states.tsx';
import { rolloutTexts as texts } from '../../texts/rollouts.ts';
import { GroupState, Progress } from './progress.tsx';
import { FailingTargets } from './rollouts.documents.ts';

/** The groups in their order, each with its progress and its thresholds. */
export function GroupsCard({ rollout }: { rollout: RolloutFullFragment }) {
  const { nodes, totalCount } = rollout.groups ?? { nodes: [], totalCount: 0 };
  return (
    <Card title={texts.groups}>
      {nodes.map((group, index) => (
        <Fragment key={group.id}>
          {index > 0 && <Divider color="var(--line)" />}
          <GroupLine rolloutId={rollout.id} group={group} />
        </Fragment>
      ))}
      {totalCount > nodes.length && (
        <Text size="sm" c="dimmed">
          {texts.groupsLeft(totalCount - nodes.length)}
        </Text>
      )}
    </Card>
  );
}

function GroupLine({ rolloutId, group }: { rolloutId: string; group: GroupRowFragment }) {
  const [open, setOpen] = useState(false);
  const { may } = useViewer();
  const failed = group.targetCounts?.failed ?? 0;
  const { successThreshold, errorThreshold } = group;
  const rules = [
    group.successAction === 'PAUSE' ? texts.pauseAfter(successThreshold) : texts.success(successThreshold),
    texts.error(errorThreshold),
    group.confirmationRequired && texts.confirmation,
    group.dynamic && texts.dynamic,
  ];
  return (
    <Stack gap={8}>
      <Group justify="space-between" gap="sm">
        <Group gap="sm">
          <Text size="sm" fw={600}>
            {group.name}
          </Text>
          <GroupState status={group.status} />
        </Group>
        <Text size="sm" c="dimmed" className="numbers">
          {texts.targets(group.totalTargets)}
        </Text>
      </Group>
      <Progress counts={group.targetCounts} total={group.totalTargets} />
      <Group justify="space-between" gap="sm" mih={30}>
        <Text size="xs" c="dimmed">
          {rules.filter(Boolean).join(' · ')}
        </Text>
        {failed > 0 && may('READ_TARGET') && (
          <Button size="compact-sm" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? texts.hideFailing : texts.failing(failed)}
          </Button>
        )}
      </Group>
      {open && <Failing rolloutId={rolloutId} group={group.number} />}
    </Stack>
  );
}

function Failing({ rolloutId, group }: { rolloutId: string; group: number }) {
  const answer = useData(FailingTargets, { id: rolloutId, group: `id==${group}` });
  return (
    <Answer of={answer} waiting={<Lines count={2} height={14} />}>
      {({ rollout }) => (
        <List size="sm" spacing={4}>
          {rollout?.groups?.nodes[0]?.targets?.nodes.map(({ id, controllerId }) => (
            <List.Item key={id}>
              <PageLink to="/targets/$controllerId" params={{ controllerId }}>
                {controllerId}
              </PageLink>
            </List.Item>
          ))}
        </List>
      )}
    </Answer>
  );
}
