import { Button, Divider, Group, Stack, Text } from '@mantine/core';
import { Fragment, useState } from 'react';
import type { FailureRowFragment, GroupRowFragment, RolloutFullFragment } from '../../api/types.documents.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Card } from '../../parts/card.tsx';
import { failureReasonOf } from '../../parts/failure-reason.ts';
import { PageLink } from '../../parts/links.tsx';
import { Answer, Lines } from '../../parts/states.tsx';
import { When } from '../../parts/when.tsx';
import { rolloutTexts as texts } from '../../texts/rollouts.ts';
import { GroupState, Progress } from './progress.tsx';
import { FailingTargets } from './rollouts.documents.ts';
import { rulesOf } from './rules.ts';

/** The groups in their order, each with its progress and its thresholds. */
export function GroupsCard({ rollout }: { rollout: RolloutFullFragment }) {
  const { nodes, totalCount } = rollout.groups ?? { nodes: [], totalCount: 0 };
  return (
    <Card title={texts.groups}>
      {nodes.map((group, index) => (
        <Fragment key={group.id}>
          {index > 0 && <Divider color="var(--line)" />}
          <GroupLine rollout={rollout} group={group} />
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

type Rollout = Pick<RolloutFullFragment, 'number'>;

function GroupLine({ rollout, group }: { rollout: Rollout; group: GroupRowFragment }) {
  const [open, setOpen] = useState(false);
  const { may } = useViewer();
  const failed = group.targetCounts?.failed ?? 0;
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
          {rulesOf(group).join(' · ')}
          <GroupMoment group={group} />
        </Text>
        {failed > 0 && may('READ_TARGET') && (
          <Button
            size="compact-sm"
            variant="subtle"
            mr={-8}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            {open ? texts.hideFailing : texts.failing(failed)}
          </Button>
        )}
      </Group>
      {open && <Failing rollout={rollout} group={group.number} />}
    </Stack>
  );
}

/** When it ended, or began if it has not ended. */
function GroupMoment({ group: { startedAt, finishedAt } }: { group: GroupRowFragment }) {
  const at = finishedAt ?? startedAt;
  if (!at) return null;
  return (
    <>
      {` · ${finishedAt ? texts.groupEnded : texts.groupBegan} `}
      <When at={at} size="xs" />
    </>
  );
}

/** Each target that failed, why and when. */
function Failing({ rollout: { number }, group }: { rollout: Rollout; group: number }) {
  const answer = useData(FailingTargets, { filter: `rolloutGroup.id==${group} and status==error` });
  return (
    <Answer of={answer} waiting={<Lines count={2} height={14} />}>
      {({ actions: { nodes, totalCount } }) => (
        <Stack gap={4} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
          {nodes.map((action) => (
            <Failure key={action.id} action={action} />
          ))}
          {totalCount > nodes.length && (
            <li>
              <PageLink to="/targets" search={{ filter: `failedRollout==${number}` }}>
                {texts.allFailing(totalCount - nodes.length)}
              </PageLink>
            </li>
          )}
        </Stack>
      )}
    </Answer>
  );
}

function Failure({ action }: { action: FailureRowFragment }) {
  const { target, lastModifiedAt } = action;
  if (!target) return null;
  return (
    <Group component="li" gap="sm" align="baseline">
      <PageLink to="/targets/$controllerId" params={{ controllerId: target.controllerId }}>
        {target.controllerId}
      </PageLink>
      <Text span size="sm" flex="1 1 200px" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
        {failureReasonOf(action) ?? texts.noReason}
      </Text>
      <When at={lastModifiedAt} c="dimmed" />
    </Group>
  );
}
