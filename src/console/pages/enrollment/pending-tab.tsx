import { IconUserCheck } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import type {
  PendingRowFragment,
  PendingTargetOrderField,
  PendingTargetState,
} from '../../api/types.documents.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { FilteredList } from '../../parts/filtered-list.tsx';
import { SelectionBar } from '../../parts/selection-bar.tsx';
import { Empty } from '../../parts/states.tsx';
import { useList } from '../../parts/use-list.ts';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { enrollmentTexts as texts } from '../../texts/enrollment.ts';
import { useSelection } from '../targets/selection.ts';
import { Decide } from './decide.tsx';
import { PendingTargets } from './enrollment.documents.ts';

const PAGE_SIZE = 100;

const COLUMNS: readonly Column<PendingRowFragment, PendingTargetOrderField>[] = [
  {
    id: 'controllerId',
    label: texts.columns.controllerId,
    order: 'CONTROLLER_ID',
    cell: ({ controllerId }) => controllerId,
  },
  {
    id: 'group',
    label: texts.columns.group,
    cell: ({ enrollmentGroup }) => enrollmentGroup?.name ?? common.none,
  },
  { id: 'address', label: texts.columns.address, cell: ({ address }) => address ?? common.none },
  {
    id: 'first',
    label: texts.columns.first,
    order: 'FIRST_REQUEST_AT',
    cell: ({ firstRequestAt }) => <When at={firstRequestAt} />,
  },
  {
    id: 'last',
    label: texts.columns.last,
    order: 'LAST_REQUEST_AT',
    cell: ({ lastRequestAt }) => <When at={lastRequestAt} />,
  },
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
  const list = useList(PendingTargets, {
    pageOf: (data) => data.pendingTargets,
    size: PAGE_SIZE,
    columns: COLUMNS,
    variables: { state },
  });
  const selection = useSelection(list.filter);
  useAskedAnew(count, list.of.reload);
  const mayDecide = may('CREATE_TARGET');
  return (
    <FilteredList
      list={list}
      of="PENDING_TARGET"
      placeholder={texts.filterPlaceholder}
      nothing={texts.nothingMatches}
      above={
        mayDecide && (
          <SelectionBar
            selection={selection}
            total={list.page?.totalCount}
            pageCount={list.page?.nodes.length ?? 0}
            // Those that were rejected are approved by name only.
            maySelectAll={state === 'PENDING'}
          >
            {(selected) => <Decide state={state} count={selected} selection={selection} />}
          </SelectionBar>
        )
      }
      empty={
        <Empty
          icon={<IconUserCheck size={40} stroke={1.4} />}
          title={state === 'PENDING' ? texts.nothingWaiting : texts.nothingRejected}
          hint={state === 'PENDING' ? texts.nothingWaitingHint : undefined}
        />
      }
    >
      <DataTable
        {...list.table}
        label={state === 'PENDING' ? texts.waiting : texts.rejected}
        keyOf={({ id }) => id}
        nameOf={({ controllerId }) => controllerId}
        selection={mayDecide ? selection : undefined}
        height="calc(100vh - 360px)"
      />
    </FilteredList>
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
