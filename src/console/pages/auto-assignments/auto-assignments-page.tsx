import { Group } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { AutoAssignmentRowFragment, AutoAssignmentStatus } from '../../api/types.documents.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { CreateButton } from '../../parts/create-button.tsx';
import type { Column } from '../../parts/data-table.tsx';
import { filterFaultOf } from '../../parts/filter-fault.tsx';
import { FilterField } from '../../parts/filter-field.tsx';
import { PageLink } from '../../parts/links.tsx';
import { ListTable } from '../../parts/list-table.tsx';
import { Page } from '../../parts/page.tsx';
import { pageArguments } from '../../parts/place.ts';
import { Empty } from '../../parts/states.tsx';
import { State, type Tone } from '../../parts/status.tsx';
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
): readonly Column<AutoAssignmentRowFragment>[] => [
  { id: 'name', label: texts.columns.name, cell: ({ name }) => name, most: 220 },
  {
    id: 'status',
    label: texts.columns.status,
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
    cell: ({ distributionSet: set }) =>
      set ? (
        <PageLink to="/distribution-sets/$number" params={{ number: String(set.number) }}>
          {set.name} {set.version}
        </PageLink>
      ) : (
        common.none
      ),
  },
  {
    id: 'actions',
    label: common.actions,
    cell: (one) => <AutoAssignmentActions autoAssignment={one} onEdit={() => edit(one)} />,
  },
];

/** All auto-assignments, the newest first. */
export function AutoAssignmentsPage() {
  const search = useSearch({ from: '/shell/auto-assignments' });
  const { filter = '' } = search;
  const navigate = useNavigate({ from: '/auto-assignments' });
  const { can } = useViewer();
  const [edited, setEdited] = useState<AutoAssignmentRowFragment | 'new'>();
  const columns = useMemo(() => columnsOf(setEdited), []);
  const page = useData(
    AutoAssignments,
    { filter: filter || undefined, ...pageArguments(search, PAGE_SIZE) },
    { keep: true },
  );
  const fault = filterFaultOf(page.error);
  const list = page.data?.autoAssignments;
  const rows = list?.nodes;
  useLooking(rows, page.reload);
  const create = can.createAutoAssignments && (
    <CreateButton label={texts.create} onClick={() => setEdited('new')} />
  );
  const isEmpty = rows?.length === 0 && !filter && !page.stale;
  const setFilter = (next: string) => void navigate({ search: next ? { filter: next } : {}, replace: true });
  return (
    <Page wide title={texts.title} lead={texts.lead} actions={!isEmpty && create}>
      {!isEmpty && (
        <Group>
          <FilterField
            of="AUTO_ASSIGNMENT"
            placeholder={texts.filterPlaceholder}
            value={filter}
            fault={fault}
            onChange={setFilter}
          />
        </Group>
      )}
      <ListTable
        of={page}
        page={list}
        place={search}
        size={PAGE_SIZE}
        onMove={(place) => void navigate({ search: filter ? { filter, ...place } : place })}
        filter={{ text: filter, fault, nothing: texts.nothing, clear: () => setFilter('') }}
        empty={
          <Empty
            icon={<IconRepeat size={40} stroke={1.4} />}
            title={texts.emptyTitle}
            hint={texts.emptyHint}
            action={create}
          />
        }
        label={texts.table}
        keyOf={({ id }) => id}
        nameOf={({ name }) => name}
        columns={columns}
        height="calc(100vh - 260px)"
      />
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
