import { Code, Group, Text } from '@mantine/core';
import { IconRocketOff } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import { useSubscription } from 'urql';
import type { RolloutFullFragment } from '../../api/types.documents.ts';
import { useData } from '../../api/use-data.ts';
import { Card } from '../../parts/card.tsx';
import { Fact, Facts } from '../../parts/fact.tsx';
import { PageButton, PageLink } from '../../parts/links.tsx';
import { OnePage } from '../../parts/one-page.tsx';
import { Page } from '../../parts/page.tsx';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { rolloutTexts as texts } from '../../texts/rollouts.ts';
import { forceTypeTexts } from '../../texts/status.ts';
import { GroupsCard } from './groups-card.tsx';
import { Progress, RolloutState } from './progress.tsx';
import { RolloutActions } from './rollout-actions.tsx';
import { RolloutMoves, RolloutPage as RolloutPageQuery } from './rollouts.documents.ts';

/** One rollout with its groups; it moves as the devices do. */
export function RolloutPage() {
  const { number } = useParams({ from: '/shell/rollouts/$number' });
  const id = `Rollout:${number}`;
  const answer = useData(RolloutPageQuery, { id });
  useSubscription({ query: RolloutMoves, variables: { id }, pause: !answer.data?.rollout });
  return (
    <OnePage
      of={answer}
      find={({ rollout }) => rollout}
      title={texts.untitled(number)}
      missing={{
        icon: <IconRocketOff size={40} stroke={1.4} />,
        title: texts.notFound,
        action: <PageButton to="/rollouts">{texts.toList}</PageButton>,
      }}
    >
      {(one) => <Shown rollout={one} />}
    </OnePage>
  );
}

function Shown({ rollout }: { rollout: RolloutFullFragment }) {
  const { name, status, totalTargets, targetCounts } = rollout;
  return (
    <Page
      title={name}
      lead={
        <Group gap="md">
          <RolloutState status={status} />
          <span>{texts.targets(totalTargets)}</span>
        </Group>
      }
      actions={<RolloutActions rollout={rollout} />}
    >
      <Progress counts={targetCounts} total={totalTargets} numbers />
      <GroupsCard rollout={rollout} />
      <DetailsCard rollout={rollout} />
    </Page>
  );
}

function DetailsCard({ rollout }: { rollout: RolloutFullFragment }) {
  const { distributionSet: set, filter, description, approvalDecidedBy, approvalRemark } = rollout;
  return (
    <Card title={texts.details}>
      <Facts>
        {description && description !== rollout.name && <Fact label={texts.description}>{description}</Fact>}
        <Fact label={texts.set}>{set ? `${set.name} ${set.version}` : common.none}</Fact>
        <Fact label={texts.filter}>
          <PageLink to="/targets" search={{ filter }}>
            <Code>{filter}</Code>
          </PageLink>
        </Fact>
        <Fact label={texts.force}>
          {forceTypeTexts[rollout.forceType]}
          {rollout.forcedAt && (
            <>
              {' '}
              <When at={rollout.forcedAt} />
            </>
          )}
        </Fact>
        {rollout.startAt && (
          <Fact label={texts.startAt}>
            <When at={rollout.startAt} />
          </Fact>
        )}
        {approvalDecidedBy && (
          <Fact label={texts.decided}>{[approvalDecidedBy, approvalRemark].filter(Boolean).join(': ')}</Fact>
        )}
        <Fact label={texts.created}>
          <When at={rollout.createdAt} />{' '}
          <Text span size="sm" c="dimmed">
            {rollout.createdBy}
          </Text>
        </Fact>
      </Facts>
    </Card>
  );
}
