import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { RolloutFullFragment, RolloutStatus } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { type Confirmation, decide } from '../../parts/confirm.ts';
import { done, failure } from '../../parts/notify.tsx';
import { rolloutTexts as texts } from '../../texts/rollouts.ts';
import {
  ApproveRollout,
  DeleteRollout,
  DenyRollout,
  NextRolloutGroup,
  PauseRollout,
  ResumeRollout,
  RetryRollout,
  StartRollout,
  StopRollout,
} from './rollouts.documents.ts';

type Kind = keyof typeof texts.done;

const STOPPABLE = new Set<RolloutStatus>(['RUNNING', 'PAUSED', 'STARTING']);
const OVER = new Set<RolloutStatus>(['FINISHED', 'STOPPED']);

/** What can be done with a rollout as it is, by who is signed in. */
function kindsOf(rollout: RolloutFullFragment, mayCreate: boolean): Kind[] {
  const { status, targetCounts, groups, viewerCan } = rollout;
  const waits = groups?.nodes.some((group) => group.status === 'SCHEDULED') === true;
  const kinds: (readonly [Kind, boolean])[] = [
    ['approve', status === 'WAITING_FOR_APPROVAL' && viewerCan.approve],
    ['deny', status === 'WAITING_FOR_APPROVAL' && viewerCan.approve],
    ['start', status === 'READY' && viewerCan.start],
    ['resume', status === 'PAUSED' && viewerCan.resume],
    ['pause', status === 'RUNNING' && viewerCan.pause],
    ['next', status === 'RUNNING' && waits && viewerCan.triggerNextGroup],
    ['retry', OVER.has(status) && (targetCounts?.failed ?? 0) > 0 && mayCreate],
    ['stop', STOPPABLE.has(status) && viewerCan.stop],
    ['remove', status !== 'DELETING' && status !== 'DELETED' && viewerCan.delete],
  ];
  return kinds.filter(([, possible]) => possible).map(([kind]) => kind);
}

/** What is asked before; what can be undone by another click is not asked. */
function questionOf(kind: Kind, rollout: RolloutFullFragment): Confirmation | undefined {
  const { totalTargets: total, targetCounts: counts } = rollout;
  const open = total - (counts?.finished ?? 0) - (counts?.failed ?? 0) - (counts?.canceled ?? 0);
  switch (kind) {
    case 'approve':
      return {
        title: texts.approveTitle,
        text: texts.approveText(total),
        action: texts.approve,
        remark: true,
      };
    case 'deny':
      return {
        title: texts.denyTitle,
        text: texts.denyText(total),
        action: texts.deny,
        danger: true,
        remark: true,
      };
    case 'start':
      return { title: texts.startTitle, text: texts.startText(total), action: texts.start };
    case 'next':
      return { title: texts.nextTitle, text: texts.nextText, action: texts.next };
    case 'retry':
      return { title: texts.retryTitle, text: texts.retryText(counts?.failed ?? 0), action: texts.retry };
    case 'stop':
      return { title: texts.stopTitle, text: texts.stopText(open), action: texts.stop, danger: true };
    case 'remove':
      return { title: texts.removeTitle, text: texts.removeText(total), action: texts.remove, danger: true };
    default:
      return undefined;
  }
}

const PROMINENT = new Set<Kind>(['approve', 'start', 'resume']);

export function RolloutActions({ rollout }: { rollout: RolloutFullFragment }) {
  const { can } = useViewer();
  const navigate = useNavigate();
  const changes = {
    approve: useChange(ApproveRollout),
    deny: useChange(DenyRollout),
    start: useChange(StartRollout),
    resume: useChange(ResumeRollout),
    pause: useChange(PauseRollout),
    next: useChange(NextRolloutGroup),
    retry: useChange(RetryRollout),
    stop: useChange(StopRollout),
    remove: useChange(DeleteRollout),
  } satisfies Record<Kind, unknown>;

  async function run(kind: Kind) {
    const question = questionOf(kind, rollout);
    const decision = question ? await decide(question) : {};
    if (!decision) return;
    const outcome = await changes[kind][0]({ id: rollout.id, ...decision });
    if (!outcome) return;
    const [fault] = outcome.faults;
    if (fault) return void failure(fault.message);
    void done(texts.done[kind]);
    if (kind === 'remove') void navigate({ to: '/rollouts' });
    const { rollout: made } = outcome.payload as { rollout?: { number: number } | null };
    if (kind === 'retry' && made)
      void navigate({ to: '/rollouts/$number', params: { number: String(made.number) } });
  }

  return kindsOf(rollout, can.createRollouts ?? false).map((kind) => (
    <Button
      key={kind}
      variant={PROMINENT.has(kind) ? 'filled' : 'default'}
      loading={changes[kind][1]}
      onClick={() => void run(kind)}
    >
      {texts[kind]}
    </Button>
  ));
}
