import { Group } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type {
  AutoAssignmentOrderField,
  AutoAssignmentRowFragment,
  AutoAssignmentStatus,
} from '../../api/types.documents.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { CreateButton } from '../../parts/create-button.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { FilteredList } from '../../parts/filtered-list.tsx';
import { PageLink } from '../../parts/links.tsx';
import { Page } from '../../parts/page.tsx';
import { SetLink } from '../../parts/set-link.tsx';
import { Empty } from '../../parts/states.tsx';
import { State, type Tone } from '../../parts/status.tsx';
import { useList } from '../../parts/use-list.ts';
import { useNow } from '../../parts/use-now.ts';
import { When } from '../../parts/when.tsx';
import { autoAssignmentStatusTexts, autoAssignmentsTexts as texts } from '../../texts/auto-assignments.ts';
import { common } from '../../texts/common.ts';
import { AutoAssignmentActions } from './auto-assignment-actions.tsx';
import { AutoAssignmentDialog } from './auto-assignment-dialog.tsx';
import { AutoAssignments } from './auto-assignments.documents.ts';

const PAGE_SIZE = 50;
/** What waits for the server to start it is looked at this often. */
const LOOK_EVERY_MS = 3_000;

const TONES: Record<AutoAssignmentStatus, Tone> = {
  RUNNING: 'good',
  READY: 'quiet',
  PAUSED: 'warn',
  WAITING_FOR_APPROVAL: 'warn',
  APPROVAL_DENIED: 'bad',
};

const columnsOf = (
  edit: (one: AutoAssignmentRowFragment) => void,
): readonly Column<AutoAssignmentRowFragment, AutoAssignmentOrderField>[] => [
  { id: 'name', label: texts.columns.name, order: 'NAME', cell: ({ name }) => name, most: 220 },
  {
    id: 'status',
    label: texts.columns.status,
    order: 'STATUS',
    cell: ({ status, startAt }) => (
      <Group gap={6} wrap="nowrap">
        <State tone={TONES[status]}>{autoAssignmentStatusTexts[status]}</State>
        {status === 'READY' && startAt && <When at={startAt} c="dimmed" />}
      </Group>
    ),
  },
  {
    id: 'filter',
    label: texts.columns.filter,
    most: 220,
    cell: ({ filter }) => (
      <PageLink to="/targets" search={{ filter }} ff="monospace">
        {filter}
      </PageLink>
    ),
  },
  {
    id: 'set',
    label: texts.columns.set,
    cell: ({ distributionSet }) => <SetLink set={distributionSet} />,
  },
  {
    id: 'actions',
    label: common.actions,
    cell: (one) => <AutoAssignmentActions autoAssignment={one} onEdit={() => edit(one)} />,
  },
];

/** All auto-assignments, the newest first. */
export function AutoAssignmentsPage() {
  const { can } = useViewer();
  const [edited, setEdited] = useState<AutoAssignmentRowFragment | 'new'>();
  const columns = useMemo(() => columnsOf(setEdited), []);
  const list = useList(AutoAssignments, { pageOf: (data) => data.autoAssignments, size: PAGE_SIZE, columns });
  useLooking(list.page?.nodes, list.of.reload);
  const create = can.createAutoAssignments && (
    <CreateButton label={texts.create} onClick={() => setEdited('new')} />
  );
  return (
    <Page wide title={texts.title} lead={texts.lead} actions={!list.isEmpty && create}>
      <FilteredList
        list={list}
        of="AUTO_ASSIGNMENT"
        placeholder={texts.filterPlaceholder}
        nothing={texts.nothing}
        empty={
          <Empty
            icon={<IconRepeat size={40} stroke={1.4} />}
            title={texts.emptyTitle}
            hint={texts.emptyHint}
            action={create}
          />
        }
      >
        <DataTable
          {...list.table}
          label={texts.table}
          keyOf={({ id }) => id}
          nameOf={({ name }) => name}
          height="calc(100vh - 260px)"
        />
      </FilteredList>
      {edited && (
        <AutoAssignmentDialog
          autoAssignment={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Page>
  );
}

/** Asks the list anew while something in it is about to start. */
function useLooking(rows: readonly AutoAssignmentRowFragment[] | undefined, reload: () => void): void {
  const latest = useRef(reload);
  latest.current = reload;
  const now = useNow();
  const isStarting =
    rows?.some(({ status, startAt }) => status === 'READY' && (!startAt || Date.parse(startAt) <= now)) ??
    false;
  useEffect(() => {
    if (!isStarting) return;
    const timer = setInterval(() => latest.current(), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [isStarting]);
}
