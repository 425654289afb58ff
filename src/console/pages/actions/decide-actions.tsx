import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ActionSelection } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { decide } from '../../parts/confirm.ts';
import { tellOrFollow } from '../../parts/follow-job.ts';
import { actionsTexts as texts } from '../../texts/actions.ts';
import { AnswerActions, HurryActions, StopActions } from './actions.documents.ts';

type Kind = keyof typeof texts.kinds;

const KINDS: readonly Kind[] = ['confirm', 'deny', 'cancel', 'force', 'end'];
const HARMLESS = new Set<Kind>(['confirm', 'force']);
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
  const [busy, setBusy] = useState<Kind>();

  async function run(kind: Kind) {
    const question = {
      title: texts.titles[kind](count),
      text: texts.asked[kind],
      action: texts.buttons[kind](count),
    };
    const remark = WITH_REMARK.has(kind);
    const decision = await decide({ ...question, danger: !HARMLESS.has(kind), remark });
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
      default:
        return stop({ input: { actions, force: kind === 'end' } });
    }
  };

  return KINDS.map((kind) => (
    <Button key={kind} size="xs" variant="default" loading={busy === kind} onClick={() => void run(kind)}>
      {texts.kinds[kind]}
    </Button>
  ));
}
