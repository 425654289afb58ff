import { Box, Group, Text } from '@mantine/core';
import { IconPlus, IconRocket } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useSubscription } from 'urql';
import type { RolloutOrderField, RolloutRowFragment } from '../../api/types.documents.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { FilteredList } from '../../parts/filtered-list.tsx';
import { PageButton, PageLink } from '../../parts/links.tsx';
import { Page } from '../../parts/page.tsx';
import { SetLink } from '../../parts/set-link.tsx';
import { Empty } from '../../parts/states.tsx';
import { useList } from '../../parts/use-list.ts';
import { When } from '../../parts/when.tsx';
import { common, numberText } from '../../texts/common.ts';
import { rolloutsTexts as texts } from '../../texts/rollouts.ts';
import { Progress, RolloutState } from './progress.tsx';
import { Rollouts, RolloutsMove } from './rollouts.documents.ts';

const PAGE_SIZE = 50;
/** Of these the newest hundred are followed. */
const ALL = 'name==*';

const COLUMNS: readonly Column<RolloutRowFragment, RolloutOrderField>[] = [
  {
    id: 'name',
    label: texts.columns.name,
    order: 'NAME',
    cell: ({ name, number }) => (
      <PageLink to="/rollouts/$number" params={{ number: String(number) }} fw={550}>
        {name}
      </PageLink>
    ),
  },
  {
    id: 'status',
    label: texts.columns.status,
    order: 'STATUS',
    cell: ({ status }) => <RolloutState status={status} />,
  },
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
    cell: ({ distributionSet }) => <SetLink set={distributionSet} />,
  },
  {
    id: 'started',
    label: texts.columns.started,
    order: 'STARTED_AT',
    cell: ({ startedAt }) => <When at={startedAt} never={common.none} />,
  },
  {
    id: 'finished',
    label: texts.columns.finished,
    order: 'FINISHED_AT',
    cell: ({ finishedAt }) => <When at={finishedAt} never={common.none} />,
  },
  {
    id: 'created',
    label: texts.columns.created,
    order: 'CREATED_AT',
    cell: ({ createdAt }) => <When at={createdAt} />,
  },
];

/** All rollouts, the newest first; what moves is seen moving. */
export function RolloutsPage() {
  const { can } = useViewer();
  const list = useList(Rollouts, { pageOf: (data) => data.rollouts, size: PAGE_SIZE, columns: COLUMNS });
  const { place, filter, table, of } = list;
  const isNewest = !place.after && !place.before && !filter && !table.sort;
  useFollowed(isNewest ? table.rows : undefined, of.reload);
  const create = can.createRollouts && (
    <PageButton to="/rollouts/new" leftSection={<IconPlus size={16} aria-hidden />}>
      {texts.create}
    </PageButton>
  );
  return (
    <Page wide title={texts.title} lead={texts.lead} actions={!list.isEmpty && create}>
      <FilteredList
        list={list}
        of="ROLLOUT"
        placeholder={texts.filterPlaceholder}
        empty={
          <Empty
            icon={<IconRocket size={40} stroke={1.4} />}
            title={texts.emptyTitle}
            hint={texts.emptyHint}
            action={create}
          />
        }
      >
        <DataTable
          {...table}
          label={texts.table}
          keyOf={({ id }) => id}
          nameOf={({ name }) => name}
          height="calc(100vh - 260px)"
        />
      </FilteredList>
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
