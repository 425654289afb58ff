import { Button, Group, SimpleGrid, Stack } from '@mantine/core';
import { IconDeviceUnknown, IconTrash } from '@tabler/icons-react';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useSubscription } from 'urql';
import { quoted } from '../../api/filters.ts';
import type { TargetFullFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { confirm } from '../../parts/confirm.ts';
import { BackLink, PageButton } from '../../parts/links.tsx';
import { done } from '../../parts/notify.tsx';
import { OnePage } from '../../parts/one-page.tsx';
import { Page } from '../../parts/page.tsx';
import { TargetState } from '../../parts/status.tsx';
import { common } from '../../texts/common.ts';
import { targetTexts as texts } from '../../texts/target.ts';
import { bulkTexts } from '../../texts/targets.ts';
import { DeleteTargets } from '../targets/bulk.documents.ts';
import { ActionsCard, type WantedAction } from './actions-card.tsx';
import { CertificatesCard } from './certificates-card.tsx';
import { ClaimCard } from './claim-card.tsx';
import { AttributesCard, MetadataCard } from './entries-cards.tsx';
import { FactsCard } from './facts-card.tsx';
import { SoftwareCard } from './software-card.tsx';
import { ActionMoves, TargetMoves, TargetPage as TargetPageQuery } from './target.documents.ts';
import { TimelineCard } from './timeline-card.tsx';
import { TokenCard } from './token-card.tsx';

/** Everything known of one target; it moves as the device does. */
export function TargetPage() {
  const { controllerId } = useParams({ from: '/shell/targets/$controllerId' });
  const answer = useData(TargetPageQuery, { controllerId });
  const [moves] = useSubscription({
    query: TargetMoves,
    variables: { filter: `controllerId==${quoted(controllerId)}` },
  });
  const [steps] = useSubscription({
    query: ActionMoves,
    variables: { filter: `target.controllerId==${quoted(controllerId)}` },
  });
  const moved = useMemo(() => [moves.data, steps.data], [moves.data, steps.data]);
  return (
    <OnePage
      of={answer}
      find={({ target }) => target}
      title={controllerId}
      missing={{
        icon: <IconDeviceUnknown size={40} stroke={1.4} />,
        title: texts.notFound,
        action: <PageButton to="/targets">{texts.toList}</PageButton>,
      }}
    >
      {(one) => <Shown target={one} moved={moved} />}
    </OnePage>
  );
}

/** `moved` is another value whenever something has happened to it. */
function Shown({ target, moved }: { target: TargetFullFragment; moved: unknown }) {
  const { controllerId, name, updateStatus, viewerCan } = target;
  const [wanted, setWanted] = useState<WantedAction>();
  return (
    <Page
      back={<BackLink to="/targets" />}
      title={name || controllerId}
      lead={
        <Group gap="md">
          {controllerId !== name && <span>{controllerId}</span>}
          <TargetState status={updateStatus} />
        </Group>
      }
      actions={viewerCan.delete && <DeleteButton target={target} />}
    >
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Stack gap="md" miw={0}>
          <FactsCard target={target} />
          {(viewerCan.readToken || viewerCan.rotateToken) && <TokenCard target={target} />}
          {target.certificates && target.certificates.length > 0 && <CertificatesCard target={target} />}
          {(viewerCan.update || target.movedAt) && <ClaimCard target={target} />}
          <AttributesCard target={target} />
          <MetadataCard target={target} />
        </Stack>
        <Stack gap="md" miw={0}>
          <SoftwareCard target={target} moved={moved} onShowAction={(id) => setWanted({ id })} />
          <ActionsCard
            controllerId={controllerId}
            moved={moved}
            mayCancel={viewerCan.update}
            wanted={wanted}
          />
          <TimelineCard controllerId={controllerId} moved={moved} />
        </Stack>
      </SimpleGrid>
    </Page>
  );
}

function DeleteButton({ target: { id, controllerId } }: { target: TargetFullFragment }) {
  const navigate = useNavigate();
  const [remove, removing] = useChange(DeleteTargets);
  return (
    <Button
      variant="default"
      leftSection={<IconTrash size={16} />}
      loading={removing}
      onClick={async () => {
        const sure = await confirm({
          title: bulkTexts.deleteTitle(1),
          text: `${controllerId}: ${bulkTexts.deleteText(1)}`,
          action: common.delete,
          danger: true,
        });
        if (!sure) return;
        const outcome = await remove({ input: { targets: { ids: [id] } } });
        if (!outcome || outcome.faults.length > 0) return;
        void done(bulkTexts.done.delete(1));
        void navigate({ to: '/targets' });
      }}
    >
      {texts.deleteOne}
    </Button>
  );
}
