import { Alert, Text } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import type { NextPollQuery, PollLinkRel, TargetFullFragment } from '../../api/types.documents.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Card } from '../../parts/card.tsx';
import { Fact, Facts } from '../../parts/fact.tsx';
import { SetLink } from '../../parts/set-link.tsx';
import { useFollow } from '../../parts/use-follow.ts';
import { When } from '../../parts/when.tsx';
import { targetTexts as texts } from '../../texts/target.ts';
import { FOLLOW_MS } from './actions-card.tsx';
import { FailedUpdate } from './failed-update.tsx';
import { NewestSet } from './newest-set.tsx';
import { NextPoll } from './target.documents.ts';

const nameOf = (set: { name: string; version: string } | null | undefined) =>
  set ? `${set.name} ${set.version}` : texts.nothing;

/** What runs on it, what should, and what its next poll is told. */
export function SoftwareCard({
  target,
  moved,
  onShowAction,
}: {
  target: TargetFullFragment;
  moved: unknown;
  onShowAction: (actionId: string) => void;
}) {
  const next = useData(NextPoll, { controllerId: target.controllerId });
  useFollow(moved, next.reload, FOLLOW_MS);
  const { may } = useViewer();
  const answer = next.data?.target?.nextPollAnswer;
  const shown = (set: TargetFullFragment['assignedDistributionSet']) =>
    may('READ_DISTRIBUTION_SET') ? set ? <SetLink set={set} /> : texts.nothing : texts.unseenSet;
  return (
    <Card title={texts.software}>
      <Facts>
        <Fact label={texts.assigned}>{shown(target.assignedDistributionSet)}</Fact>
        <Fact label={texts.installed}>
          {shown(target.installedDistributionSet)}{' '}
          {target.installedAt && (
            <Text span c="dimmed" size="sm">
              (<When at={target.installedAt} />)
            </Text>
          )}
        </Fact>
        <NewestSet target={target} />
      </Facts>
      {target.updateStatus === 'ERROR' && (
        <FailedUpdate controllerId={target.controllerId} moved={moved} onShow={onShowAction} />
      )}
      <Alert variant="light" color="brand" icon={<IconArrowRight size={18} />} title={texts.answer} mih={82}>
        <Text size="sm">{answer ? lineOf(answer) : '\u00a0'}</Text>
        {answer?.links.some(({ rel }) => rel === 'CONFIG_DATA') && (
          <Text size="sm">{texts.answerAttributes}</Text>
        )}
      </Alert>
    </Card>
  );
}

type Answer = NonNullable<NonNullable<NextPollQuery['target']>['nextPollAnswer']>;

/** What the device is told to do, in words. */
function lineOf({ action, links, sleep }: Answer): string {
  const set = nameOf(action?.distributionSet);
  const isTold = (rel: PollLinkRel) => links.some((link) => link.rel === rel);
  if (isTold('CANCEL_ACTION')) return texts.answerCancel(set);
  if (isTold('CONFIRMATION_BASE')) return texts.answerConfirm(set);
  if (isTold('DEPLOYMENT_BASE')) return texts.answerInstall(set, texts.how[action?.forceType ?? 'FORCED']);
  return texts.answerIdle(sleep);
}
