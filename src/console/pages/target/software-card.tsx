import { Alert, Text } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import type { ActionRowFragment, TargetFullFragment } from '../../api/types.documents.ts';
import { useData } from '../../api/use-data.ts';
import { Card } from '../../parts/card.tsx';
import { Fact, Facts } from '../../parts/fact.tsx';
import { When } from '../../parts/when.tsx';
import { targetTexts as texts } from '../../texts/target.ts';
import { SHOWN_FIRST } from './actions-card.tsx';
import { NewestSet } from './newest-set.tsx';
import { TargetActions } from './target.documents.ts';

const nameOf = (set: { name: string; version: string } | null | undefined) =>
  set ? `${set.name} ${set.version}` : texts.nothing;

/** What runs on it, what should, and what its next poll is told. */
export function SoftwareCard({ target }: { target: TargetFullFragment }) {
  const { data } = useData(TargetActions, { controllerId: target.controllerId, first: SHOWN_FIRST });
  const lines = data && answerTo(data.target?.actions.nodes ?? []);
  return (
    <Card title={texts.software}>
      <Facts>
        <Fact label={texts.assigned}>{nameOf(target.assignedDistributionSet)}</Fact>
        <Fact label={texts.installed}>
          {nameOf(target.installedDistributionSet)}{' '}
          {target.installedAt && (
            <Text span c="dimmed" size="sm">
              (<When at={target.installedAt} />)
            </Text>
          )}
        </Fact>
        <NewestSet target={target} />
      </Facts>
      <Alert variant="light" color="brand" icon={<IconArrowRight size={18} />} title={texts.answer} mih={82}>
        <Text size="sm">{lines ?? '\u00a0'}</Text>
        {target.requestAttributes && <Text size="sm">{texts.answerAttributes}</Text>}
      </Alert>
    </Card>
  );
}

/** As the device API chooses: what is to be canceled first, then the heaviest, then the oldest. */
function answerTo(actions: readonly ActionRowFragment[]): string {
  const active = actions
    .filter((action) => action.active && action.status !== 'SCHEDULED')
    .sort((a, b) => b.weight - a.weight || a.createdAt.localeCompare(b.createdAt));
  const canceling = active.find(({ status }) => status === 'CANCELING');
  if (canceling) return texts.answerCancel(nameOf(canceling.distributionSet));
  const [first] = active;
  if (!first) return texts.answerIdle;
  const set = nameOf(first.distributionSet);
  if (first.status === 'WAIT_FOR_CONFIRMATION') return texts.answerConfirm(set);
  return texts.answerInstall(set, texts.how[first.forceType]);
}
