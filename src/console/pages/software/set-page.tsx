import { ActionIcon, Button, Group, Select, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPackageOff, IconRocket, IconTrash, IconX } from '@tabler/icons-react';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { quoted } from '../../api/filters.ts';
import type { SetFullFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Card } from '../../parts/card.tsx';
import { confirm } from '../../parts/confirm.ts';
import { BackLink, PageButton, PageLink } from '../../parts/links.tsx';
import { done, failure } from '../../parts/notify.tsx';
import { OnePage } from '../../parts/one-page.tsx';
import { Page } from '../../parts/page.tsx';
import { common } from '../../texts/common.ts';
import { moduleTexts, setTexts as texts } from '../../texts/software.ts';
import { AssignCard } from './assign-card.tsx';
import { SetState } from './columns.tsx';
import { InvalidateButton } from './invalidate-button.tsx';
import { SetMetadataCard } from './metadata-cards.tsx';
import { SetDetailsCard } from './set-details-card.tsx';
import {
  AddModules,
  DeleteSet,
  ModuleChoices,
  RemoveModules,
  SetPage as SetPageQuery,
} from './software.documents.ts';
import { TargetFilterCard } from './target-filter-card.tsx';

/** One distribution set: its modules, and who gets it. */
export function SetPage() {
  const { number } = useParams({ from: '/shell/distribution-sets/$number' });
  const answer = useData(SetPageQuery, { id: `DistributionSet:${number}` });
  return (
    <OnePage
      of={answer}
      find={({ distributionSet }) => distributionSet}
      title={texts.untitled(number)}
      missing={{
        icon: <IconPackageOff size={40} stroke={1.4} />,
        title: texts.notFound,
        action: <PageButton to="/software">{moduleTexts.toList}</PageButton>,
      }}
    >
      {(one) => <Shown set={one} />}
    </OnePage>
  );
}

function Shown({ set }: { set: SetFullFragment }) {
  const navigate = useNavigate();
  const { can } = useViewer();
  const [remove, removing] = useChange(DeleteSet);
  const title = `${set.name} ${set.version}`;

  async function removeIt() {
    const text = texts.removeText(title);
    const sure = await confirm({ title: `${texts.remove}?`, text, action: common.delete, danger: true });
    const outcome = sure ? await remove({ input: { id: set.id } }) : undefined;
    if (!outcome) return;
    const [fault] = outcome.faults;
    if (fault) return void failure(fault.message);
    void done(texts.deleted);
    void navigate({ to: '/software' });
  }

  return (
    <Page
      back={<BackLink to="/software" />}
      title={title}
      lead={
        <Group gap="md">
          <span>{set.type?.name}</span>
          <SetState set={set} />
        </Group>
      }
      actions={
        <>
          {set.viewerCan.delete && (
            <Button
              variant="default"
              leftSection={<IconTrash size={16} />}
              loading={removing}
              onClick={() => void removeIt()}
            >
              {common.delete}
            </Button>
          )}
          {set.viewerCan.update && set.valid && <InvalidateButton set={set} />}
          {can.createRollouts && set.complete && (
            <PageButton
              to="/rollouts/new"
              search={{ set: Number(set.number) }}
              leftSection={<IconRocket size={16} aria-hidden />}
            >
              {texts.rollOut}
            </PageButton>
          )}
        </>
      }
    >
      <ModulesCard set={set} />
      <TargetFilterCard set={set} />
      <SetDetailsCard set={set} />
      <SetMetadataCard set={set} />
      {set.viewerCan.assign && <AssignCard set={set} />}
    </Page>
  );
}

function ModulesCard({ set }: { set: SetFullFragment }) {
  const [remove] = useChange(RemoveModules);
  const mayChange = set.viewerCan.update && !set.locked;
  return (
    <Card title={texts.modules}>
      {set.modules?.length === 0 && (
        <Text size="sm" c="dimmed">
          {texts.noModules}
        </Text>
      )}
      {set.modules?.map(({ id, number, name, version, type }) => (
        <Group key={id} justify="space-between" wrap="nowrap" mih={34}>
          <Group gap="sm">
            <PageLink to="/software/modules/$number" params={{ number: String(number) }} fw={550}>
              {name} {version}
            </PageLink>
            <Text span size="sm" c="dimmed">
              {type?.name}
            </Text>
          </Group>
          {mayChange && (
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={texts.removeModule(`${name} ${version}`)}
              onClick={async () => {
                const outcome = await remove({ input: { id: set.id, moduleIds: [id] } });
                const [fault] = outcome?.faults ?? [];
                if (outcome) void (fault ? failure(fault.message) : done(texts.removed(name)));
              }}
            >
              <IconX size={16} />
            </ActionIcon>
          )}
        </Group>
      ))}
      {mayChange && <AddModule set={set} />}
    </Card>
  );
}

function AddModule({ set }: { set: SetFullFragment }) {
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search, 250);
  const filter = asked ? `name==${quoted(`*${asked}*`)}` : undefined;
  const { data } = useData(ModuleChoices, { filter }, { keep: true });
  const [add, adding] = useChange(AddModules);
  const inside = new Set(set.modules?.map(({ id }) => id));
  return (
    <Select
      label={texts.add}
      placeholder={texts.addPlaceholder}
      maw={420}
      data={
        data?.softwareModules.nodes
          .filter(({ id }) => !inside.has(id))
          .map(({ id, name, version }) => ({ value: id, label: `${name} ${version}` })) ?? []
      }
      value={null}
      disabled={adding}
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options }) => options}
      onChange={async (id) => {
        if (!id) return;
        const outcome = await add({ input: { id: set.id, moduleIds: [id] } });
        const [fault] = outcome?.faults ?? [];
        if (fault) void failure(fault.message);
        setSearch('');
      }}
    />
  );
}
