import { Group } from '@mantine/core';
import { IconUserCheck } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { PendingRowFragment, PendingTargetState } from '../../api/types.documents.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import type { Column } from '../../parts/data-table.tsx';
import { filterFaultOf } from '../../parts/filter-fault.tsx';
import { FilterField } from '../../parts/filter-field.tsx';
import { ListTable } from '../../parts/list-table.tsx';
import { type Place, pageArguments } from '../../parts/place.ts';
import { SelectionBar } from '../../parts/selection-bar.tsx';
import { Empty } from '../../parts/states.tsx';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { enrollmentTexts as texts } from '../../texts/enrollment.ts';
import { useSelection } from '../targets/selection.ts';
import { Decide } from './decide.tsx';
import { PendingTargets } from './enrollment.documents.ts';

const PAGE_SIZE = 100;

const COLUMNS: readonly Column<PendingRowFragment>[] = [
  { id: 'controllerId', label: texts.columns.controllerId, cell: ({ controllerId }) => controllerId },
  {
    id: 'group',
    label: texts.columns.group,
    cell: ({ enrollmentGroup }) => enrollmentGroup?.name ?? common.none,
  },
  { id: 'address', label: texts.columns.address, cell: ({ address }) => address ?? common.none },
  { id: 'first', label: texts.columns.first, cell: ({ firstRequestAt }) => <When at={firstRequestAt} /> },
  { id: 'last', label: texts.columns.last, cell: ({ lastRequestAt }) => <When at={lastRequestAt} /> },
];

/** Devices that wait for a decision, or had one against them; some or all of them are decided on together. */
export function PendingTab({
  state,
  count,
}: {
  state: PendingTargetState;
  /** How many there are now; with each change the list is asked anew. */
  count: number | undefined;
}) {
  const { may } = useViewer();
  const [place, setPlace] = useState<Place>({});
  const [filter, setFilter] = useState('');
  const selection = useSelection(filter);
  const page = useData(
    PendingTargets,
    { state, filter: filter || undefined, ...pageArguments(place, PAGE_SIZE) },
    { keep: true },
  );
  useAskedAnew(count, page.reload);
  const list = page.data?.pendingTargets;
  const fault = filterFaultOf(page.error);
  const mayDecide = may('CREATE_TARGET');
  const rows = list?.nodes;

  const choose = (next: string) => {
    setFilter(next.trim());
    setPlace({});
  };
  const empty = (
    <Empty
      icon={<IconUserCheck size={40} stroke={1.4} />}
      title={state === 'PENDING' ? texts.nothingWaiting : texts.nothingRejected}
      hint={state === 'PENDING' ? texts.nothingWaitingHint : undefined}
    />
  );
  if (rows?.length === 0 && !filter && !page.stale) return empty;
  return (
    <>
      <Group mb="md">
        <FilterField
          of="PENDING_TARGET"
          value={filter}
          fault={fault}
          placeholder={texts.filterPlaceholder}
          onChange={choose}
        />
      </Group>
      {mayDecide && (
        <SelectionBar
          selection={selection}
          total={list?.totalCount}
          pageCount={rows?.length ?? 0}
          // Those that were rejected are approved by name only.
          maySelectAll={state === 'PENDING'}
        >
          {(selected) => <Decide state={state} count={selected} selection={selection} />}
        </SelectionBar>
      )}
      <ListTable
        of={page}
        page={list}
        place={place}
        size={PAGE_SIZE}
        onMove={setPlace}
        filter={{ text: filter, fault, nothing: texts.nothingMatches, clear: () => choose('') }}
        empty={empty}
        label={state === 'PENDING' ? texts.waiting : texts.rejected}
        keyOf={({ id }) => id}
        nameOf={({ controllerId }) => controllerId}
        columns={COLUMNS}
        selection={mayDecide ? selection : undefined}
        height="calc(100vh - 360px)"
      />
    </>
  );
}

/** Asks again when the number has changed, but not for the first number. */
function useAskedAnew(count: number | undefined, reload: () => void): void {
  const seen = useRef(count);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the number changes
  useEffect(() => {
    if (seen.current !== undefined && seen.current !== count) reload();
    seen.current = count;
  }, [count]);
}
