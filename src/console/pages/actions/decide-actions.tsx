import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ActionSelection, Permission } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { decide } from '../../parts/confirm.ts';
import { tellOrFollow } from '../../parts/follow-job.ts';
import { actionsTexts as texts } from '../../texts/actions.ts';
import { AnswerActions, HurryActions, RemoveActions, StopActions } from './actions.documents.ts';

type Kind = keyof typeof texts.kinds;

const KINDS: readonly (readonly [Kind, Permission])[] = [
  ['confirm', 'UPDATE_TARGET'],
  ['deny', 'UPDATE_TARGET'],
  ['cancel', 'UPDATE_TARGET'],
  ['force', 'UPDATE_TARGET'],
  ['end', 'UPDATE_TARGET'],
  ['delete', 'DELETE_TARGET'],
];
const HARMLESS = new Set<Kind>(['confirm', 'force']);
/** So many can't be deleted by a mere click. */
const MANY = 10;
const WITH_REMARK = new Set<Kind>(['confirm', 'deny']);

/** What can be done with the selected actions, after a question that names how many they are. */
export function DecideActions({
  count,
  actions,
  onDone,
}: {
  count: number;
  actions: ActionSelection;
  onDone: () => void;
}) {
  const [stop] = useChange(StopActions);
  const [hurry] = useChange(HurryActions);
  const [answer] = useChange(AnswerActions);
  const [remove] = useChange(RemoveActions);
  const { may } = useViewer();
  const [busy, setBusy] = useState<Kind>();

  async function run(kind: Kind) {
    const question = {
      title: texts.titles[kind](count),
      text: texts.asked[kind],
      action: texts.buttons[kind](count),
    };
    const remark = WITH_REMARK.has(kind);
    const typed = kind === 'delete' && count >= MANY ? String(count) : undefined;
    const decision = await decide({ ...question, danger: !HARMLESS.has(kind), remark, typed });
    if (!decision) return;
    setBusy(kind);
    const outcome = await send(kind, decision.remark);
    setBusy(undefined);
    if (tellOrFollow(outcome, { title: texts.kinds[kind], told: texts.told[kind] })) onDone();
  }

  const send = (kind: Kind, remark: string | undefined) => {
    switch (kind) {
      case 'confirm':
      case 'deny':
        return answer({
          input: {
            actions,
            confirmation: kind === 'confirm' ? 'CONFIRMED' : 'DENIED',
            details: remark ? [remark] : undefined,
          },
        });
      case 'force':
        return hurry({ input: { actions } });
      case 'delete':
        return remove({ input: { actions } });
      default:
        return stop({ input: { actions, force: kind === 'end' } });
    }
  };

  return KINDS.filter(([, needed]) => may(needed)).map(([kind]) => (
    <Button key={kind} size="xs" variant="default" loading={busy === kind} onClick={() => void run(kind)}>
      {texts.kinds[kind]}
    </Button>
  ));
}
