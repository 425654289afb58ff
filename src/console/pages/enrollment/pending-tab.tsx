import { Button, Group } from '@mantine/core';
import { IconUserCheck } from '@tabler/icons-react';
import { useState } from 'react';
import type { PendingRowFragment, PendingTargetState } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { confirm } from '../../parts/confirm.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { done, failure } from '../../parts/notify.tsx';
import { Pager } from '../../parts/pager.tsx';
import { type Place, pageArguments } from '../../parts/place.ts';
import { Empty, Failed } from '../../parts/states.tsx';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { enrollmentTexts as texts } from '../../texts/enrollment.ts';
import { ApprovePending, PendingTargets, RejectPending } from './enrollment.documents.ts';

const PAGE_SIZE = 100;
const NOBODY: ReadonlySet<string> = new Set();

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
export function PendingTab({ state }: { state: PendingTargetState }) {
  const { may } = useViewer();
  const [place, setPlace] = useState<Place>({});
  const [selected, setSelected] = useState(NOBODY);
  const page = useData(PendingTargets, { state, ...pageArguments(place, PAGE_SIZE) }, { keep: true });
  const list = page.data?.pendingTargets;

  if (page.error && !list) return <Failed error={page.error} reload={page.reload} />;
  if (list?.nodes.length === 0 && !page.stale)
    return state === 'PENDING' ? (
      <Empty
        icon={<IconUserCheck size={40} stroke={1.4} />}
        title={texts.nothingWaiting}
        hint={texts.nothingWaitingHint}
      />
    ) : (
      <Empty icon={<IconUserCheck size={40} stroke={1.4} />} title={texts.nothingRejected} />
    );

  const toggle = (keys: readonly string[], on: boolean) => {
    const next = new Set(selected);
    for (const key of keys) on ? next.add(key) : next.delete(key);
    setSelected(next);
  };
  return (
    <>
      {may('CREATE_TARGET') && (
        <Decide state={state} ids={[...selected]} onDone={() => setSelected(NOBODY)} />
      )}
      <DataTable
        label={state === 'PENDING' ? texts.waiting : texts.rejected}
        rows={list?.nodes}
        keyOf={({ id }) => id}
        nameOf={({ controllerId }) => controllerId}
        columns={COLUMNS}
        selection={may('CREATE_TARGET') ? { isSelected: (key) => selected.has(key), toggle } : undefined}
        height="calc(100vh - 320px)"
      />
      <Pager
        place={place}
        size={PAGE_SIZE}
        count={list?.nodes.length ?? 0}
        total={list?.totalCount}
        info={list?.pageInfo}
        onMove={(next) => {
          setPlace(next);
          setSelected(NOBODY);
        }}
      />
    </>
  );
}

function Decide({ state, ids, onDone }: { state: PendingTargetState; ids: string[]; onDone: () => void }) {
  const [approve, approving] = useChange(ApprovePending);
  const [reject, rejecting] = useChange(RejectPending);
  const count = ids.length;

  async function decide(isApproval: boolean) {
    const sure = await confirm(
      isApproval
        ? { title: texts.approveTitle(count), text: texts.approveText(count), action: texts.approve(count) }
        : {
            title: texts.rejectTitle(count),
            text: texts.rejectText(count),
            action: texts.reject(count),
            danger: true,
          },
    );
    if (!sure) return;
    const outcome = isApproval
      ? await approve({ input: { pendingTargets: { ids } } })
      : await reject({ input: { pendingTargets: { ids } } });
    if (!outcome) return;
    const [fault] = outcome.faults;
    if (fault) return void failure(fault.message);
    const { affectedCount } = outcome.payload;
    void done(isApproval ? texts.approved(affectedCount) : texts.rejectedDone(affectedCount));
    onDone();
  }

  return (
    <Group gap="xs" mb="md">
      <Button disabled={count === 0} loading={approving} onClick={() => void decide(true)}>
        {texts.approve(count)}
      </Button>
      {state === 'PENDING' && (
        <Button
          variant="default"
          disabled={count === 0}
          loading={rejecting}
          onClick={() => void decide(false)}
        >
          {texts.reject(count)}
        </Button>
      )}
    </Group>
  );
}
