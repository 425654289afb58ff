import { Code, Group } from '@mantine/core';
import { IconRocketOff } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import { useSubscription } from 'urql';
import type { RolloutFullFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { Card } from '../../parts/card.tsx';
import { Editable } from '../../parts/editable.tsx';
import { Fact, Facts } from '../../parts/fact.tsx';
import { BackLink, PageButton, PageLink } from '../../parts/links.tsx';
import { OnePage } from '../../parts/one-page.tsx';
import { Page } from '../../parts/page.tsx';
import { RULES } from '../../parts/rules.ts';
import { SetLink } from '../../parts/set-link.tsx';
import { told } from '../../parts/tell.ts';
import { When } from '../../parts/when.tsx';
import { rolloutTexts as texts } from '../../texts/rollouts.ts';
import { forceTypeTexts } from '../../texts/status.ts';
import { GroupsCard } from './groups-card.tsx';
import { Progress, RolloutState } from './progress.tsx';
import { RolloutActions } from './rollout-actions.tsx';
import { ChangeRollout, RolloutMoves, RolloutPage as RolloutPageQuery } from './rollouts.documents.ts';

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
      back={<BackLink to="/rollouts" />}
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

const TEXT_FIELDS = ['name', 'description'] as const;

function DetailsCard({ rollout }: { rollout: RolloutFullFragment }) {
  const { distributionSet: set, filter, approvalDecidedBy, approvalRemark, startedAt, finishedAt } = rollout;
  const [change] = useChange(ChangeRollout);
  return (
    <Card title={texts.details}>
      <Facts>
        {TEXT_FIELDS.map((field) => (
          <Fact key={field} label={texts[field]}>
            <Editable
              value={rollout[field] ?? ''}
              label={texts[field]}
              editLabel={texts.edit(texts[field])}
              mayEdit={rollout.viewerCan.update}
              rule={RULES[field]}
              save={async (value) => {
                const given = field === 'description' ? value || null : value;
                return told(await change({ input: { id: rollout.id, [field]: given } }), texts.saved);
              }}
            />
          </Fact>
        ))}
        <Fact label={texts.set}>
          <SetLink set={set} />
        </Fact>
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
        {rollout.startAt && !startedAt && (
          <Fact label={texts.startAt}>
            <When at={rollout.startAt} />
          </Fact>
        )}
        {startedAt && (
          <Fact label={texts.started}>
            <When at={startedAt} />
          </Fact>
        )}
        {finishedAt && (
          <Fact label={texts.ended}>
            <When at={finishedAt} />
          </Fact>
        )}
        {approvalDecidedBy && (
          <Fact label={texts.decided}>{[approvalDecidedBy, approvalRemark].filter(Boolean).join(': ')}</Fact>
        )}
        <Fact label={texts.created}>
          <When at={rollout.createdAt} /> {texts.by} {rollout.createdBy}
        </Fact>
      </Facts>
    </Card>
  );
}
