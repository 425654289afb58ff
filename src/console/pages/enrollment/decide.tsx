import { Button } from '@mantine/core';
import type { PendingTargetState } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { confirm } from '../../parts/confirm.ts';
import { tellOrFollow } from '../../parts/follow-job.ts';
import { enrollmentTexts as texts } from '../../texts/enrollment.ts';
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
    const title = isApproval ? texts.approveTitle(count) : texts.rejectTitle(count);
    if (tellOrFollow(outcome, { title, told: isApproval ? texts.approved : texts.rejectedDone }))
      selection.clear();
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
    </>
  );
}
