import { Box, Group, Text } from '@mantine/core';
import { IconPlus, IconRocket } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useSubscription } from 'urql';
import type { RolloutRowFragment } from '../../api/types.documents.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import type { Column } from '../../parts/data-table.tsx';
import { PageButton, PageLink } from '../../parts/links.tsx';
import { ListTable } from '../../parts/list-table.tsx';
import { Page } from '../../parts/page.tsx';
import { pageArguments } from '../../parts/place.ts';
import { Empty } from '../../parts/states.tsx';
import { When } from '../../parts/when.tsx';
import { common, numberText } from '../../texts/common.ts';
import { rolloutsTexts as texts } from '../../texts/rollouts.ts';
import { Progress, RolloutState } from './progress.tsx';
import { Rollouts, RolloutsMove } from './rollouts.documents.ts';

const PAGE_SIZE = 50;
/** Of these the newest hundred are followed. */
const ALL = 'name==*';

const COLUMNS: readonly Column<RolloutRowFragment>[] = [
  {
    id: 'name',
    label: texts.columns.name,
    cell: ({ name, number }) => (
      <PageLink to="/rollouts/$number" params={{ number: String(number) }} fw={550}>
        {name}
      </PageLink>
    ),
  },
  { id: 'status', label: texts.columns.status, cell: ({ status }) => <RolloutState status={status} /> },
  {
    id: 'progress',
    label: texts.columns.progress,
    cell: ({ targetCounts, totalTargets }) => (
      <Group gap="sm" wrap="nowrap">
        <Box w={120}>
          <Progress counts={targetCounts} total={totalTargets} />
        </Box>
        <Text span size="sm" className="numbers">
          {numberText(targetCounts?.finished ?? 0)} / {numberText(totalTargets)}
        </Text>
      </Group>
    ),
  },
  {
    id: 'set',
    label: texts.columns.set,
    cell: ({ distributionSet: set }) =>
      set ? (
        <PageLink to="/distribution-sets/$number" params={{ number: String(set.number) }}>
          {set.name} {set.version}
        </PageLink>
      ) : (
        common.none
      ),
  },
  { id: 'created', label: texts.columns.created, cell: ({ createdAt }) => <When at={createdAt} /> },
];

/** All rollouts, the newest first; what moves is seen moving. */
export function RolloutsPage() {
  const search = useSearch({ from: '/shell/rollouts' });
  const navigate = useNavigate({ from: '/rollouts' });
  const { can } = useViewer();
  const page = useData(Rollouts, pageArguments(search, PAGE_SIZE), { keep: true });
  const rows = page.data?.rollouts.nodes;
  const isFirst = search.after === undefined && search.before === undefined;
  useFollowed(isFirst ? rows : undefined, page.reload);
  const mayCreate = can.createRollouts;
  const create = (
    <PageButton to="/rollouts/new" leftSection={<IconPlus size={16} aria-hidden />}>
      {texts.create}
    </PageButton>
  );
  return (
    <Page wide title={texts.title} lead={texts.lead} actions={mayCreate && rows?.length !== 0 && create}>
      <ListTable
        of={page}
        page={page.data?.rollouts}
        place={search}
        size={PAGE_SIZE}
        onMove={(place) => void navigate({ search: place })}
        empty={
          <Empty
            icon={<IconRocket size={40} stroke={1.4} />}
            title={texts.emptyTitle}
            hint={texts.emptyHint}
            action={mayCreate && create}
          />
        }
        label={texts.table}
        keyOf={({ id }) => id}
        nameOf={({ name }) => name}
        columns={COLUMNS}
        height="calc(100vh - 220px)"
      />
    </Page>
  );
}

/** Keeps the newest rollouts as they are on the server; if there is another one, or one less, the list is asked anew. */
function useFollowed(rows: readonly RolloutRowFragment[] | undefined, reload: () => void): void {
  const [{ data }] = useSubscription({ query: RolloutsMove, variables: { filter: ALL }, pause: !rows });
  const known = new Set(rows?.map(({ id }) => id));
  const oldest = rows?.at(-1)?.createdAt ?? '';
  const { changed = [], removedIds = [] } = data?.rolloutsProgress ?? {};
  const isOther =
    removedIds.some((id) => known.has(id)) ||
    changed.some(({ rollout: { id, createdAt } }) => !known.has(id) && createdAt > oldest);
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each event only
  useEffect(() => {
    if (isOther) reload();
  }, [data]);
}
