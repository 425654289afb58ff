import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { askAnew } from '../../api/connection.ts';
import type { JobStateFragment, PendingTargetState } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { confirm } from '../../parts/confirm.ts';
import { JobProgress } from '../../parts/job-progress.tsx';
import { done, failure } from '../../parts/notify.tsx';
import { enrollmentTexts as texts } from '../../texts/enrollment.ts';
import { jobTexts } from '../../texts/job.ts';
import type { TargetSelection } from '../targets/selection.ts';
import { ApprovePending, RejectPending } from './enrollment.documents.ts';

/** Many of them can't be decided on by a mere click. */
const MANY = 10;

/** Approves or rejects what is selected, after a question that names the count; many are a job that is seen. */
export function Decide({
  state,
  count,
  selection,
}: {
  state: PendingTargetState;
  count: number;
  selection: TargetSelection;
}) {
  const [approve, approving] = useChange(ApprovePending);
  const [reject, rejecting] = useChange(RejectPending);
  const [begun, setBegun] = useState<{ job: JobStateFragment; isApproval: boolean }>();

  function tellEnd(isApproval: boolean, changed: number) {
    void done(isApproval ? texts.approved(changed) : texts.rejectedDone(changed));
    selection.clear();
  }

  async function decide(isApproval: boolean) {
    const typed = count >= MANY ? String(count) : undefined;
    const sure = await confirm(
      isApproval
        ? { title: texts.approveTitle(count), text: texts.approveText(count), action: texts.approve(count) }
        : {
            title: texts.rejectTitle(count),
            text: texts.rejectText(count),
            action: texts.reject(count),
            danger: true,
            typed,
          },
    );
    if (!sure) return;
    const outcome = await (isApproval ? approve : reject)({ input: { pendingTargets: selection.targets } });
    if (!outcome) return;
    const [fault] = outcome.faults;
    if (fault) return void failure(fault.message);
    const { affectedCount, job } = outcome.payload;
    if (job) setBegun({ job, isApproval });
    else tellEnd(isApproval, affectedCount);
  }

  function onEnd({ state: ended, changed, done: gone, message }: JobStateFragment) {
    if (ended === 'FINISHED') tellEnd(begun!.isApproval, changed);
    else void failure(ended === 'CANCELED' ? jobTexts.canceled(gone) : (message ?? jobTexts.failed));
    setBegun(undefined);
    askAnew();
  }

  return (
    <>
      <Button size="xs" loading={approving} onClick={() => void decide(true)}>
        {texts.approve(count)}
      </Button>
      {state === 'PENDING' && (
        <Button size="xs" variant="default" loading={rejecting} onClick={() => void decide(false)}>
          {texts.reject(count)}
        </Button>
      )}
      {begun && (
        <Modal
          opened
          onClose={() => setBegun(undefined)}
          title={begun.isApproval ? texts.approveTitle(count) : texts.rejectTitle(count)}
          centered
        >
          <JobProgress job={begun.job} onEnd={onEnd} />
        </Modal>
      )}
    </>
  );
}
