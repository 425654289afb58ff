import { Button, Group } from '@mantine/core';
import type { AutoAssignmentRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { decide } from '../../parts/confirm.ts';
import { EditButton } from '../../parts/edit-button.tsx';
import { RemoveButton } from '../../parts/remove-button.tsx';
import { tell } from '../../parts/tell.ts';
import { autoAssignmentsTexts as texts } from '../../texts/auto-assignments.ts';
import {
  ApproveAutoAssignment,
  DeleteAutoAssignment,
  DenyAutoAssignment,
  PauseAutoAssignment,
  ResumeAutoAssignment,
  StartAutoAssignment,
} from './auto-assignments.documents.ts';

type Kind = keyof typeof texts.kinds;

/** What can be done with it as it is, by who is signed in. */
function kindsOf({ status, viewerCan }: AutoAssignmentRowFragment): Kind[] {
  const kinds: (readonly [Kind, boolean])[] = [
    ['approve', status === 'WAITING_FOR_APPROVAL' && viewerCan.approve],
    ['deny', status === 'WAITING_FOR_APPROVAL' && viewerCan.approve],
    ['start', status === 'READY' && viewerCan.start],
    ['pause', status === 'RUNNING' && viewerCan.pause],
    ['resume', status === 'PAUSED' && viewerCan.resume],
  ];
  return kinds.filter(([, possible]) => possible).map(([kind]) => kind);
}

/** What can be undone by another click is not asked. */
function questionOf(kind: Kind, name: string) {
  if (kind !== 'approve' && kind !== 'deny') return undefined;
  const question = texts.asked[kind](name);
  return { ...question, action: texts.kinds[kind], danger: kind === 'deny', remark: true };
}

export function AutoAssignmentActions({
  autoAssignment,
  onEdit,
}: {
  autoAssignment: AutoAssignmentRowFragment;
  onEdit: () => void;
}) {
  const { id, name, viewerCan } = autoAssignment;
  const [remove] = useChange(DeleteAutoAssignment);
  const changes = {
    approve: useChange(ApproveAutoAssignment),
    deny: useChange(DenyAutoAssignment),
    start: useChange(StartAutoAssignment),
    pause: useChange(PauseAutoAssignment),
    resume: useChange(ResumeAutoAssignment),
  } satisfies Record<Kind, unknown>;

  async function run(kind: Kind) {
    const question = questionOf(kind, name);
    const decision = question ? await decide(question) : {};
    if (decision) tell(await changes[kind][0]({ id, ...decision }), texts.done[kind](name));
  }

  return (
    <Group gap={6} wrap="nowrap">
      {kindsOf(autoAssignment).map((kind) => (
        <Button
          key={kind}
          size="compact-sm"
          variant="default"
          aria-label={texts.label(texts.kinds[kind], name)}
          loading={changes[kind][1]}
          onClick={() => void run(kind)}
        >
          {texts.kinds[kind]}
        </Button>
      ))}
      {viewerCan.update && <EditButton label={texts.editLabel(name)} onClick={onEdit} />}
      {viewerCan.delete && (
        <RemoveButton
          label={texts.removeLabel(name)}
          text={texts.removeText}
          told={texts.removed}
          remove={() => remove({ id })}
        />
      )}
    </Group>
  );
}
