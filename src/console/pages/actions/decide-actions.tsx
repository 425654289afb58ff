import { Button } from '@mantine/core';
import type { ActionSelection } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { confirm } from '../../parts/confirm.ts';
import { tell } from '../../parts/tell.ts';
import { actionsTexts as texts } from '../../texts/actions.ts';
import { jobTexts } from '../../texts/job.ts';
import { HurryActions, StopActions } from './actions.documents.ts';

type Kind = keyof typeof texts.kinds;

const KINDS: readonly Kind[] = ['cancel', 'force', 'end'];

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
  const [stop, stopping] = useChange(StopActions);
  const [hurry, hurrying] = useChange(HurryActions);

  async function run(kind: Kind) {
    const question = {
      title: texts.titles[kind](count),
      text: texts.asked[kind],
      action: texts.buttons[kind](count),
    };
    if (!(await confirm({ ...question, danger: kind !== 'force' }))) return;
    const outcome =
      kind === 'force'
        ? await hurry({ input: { actions } })
        : await stop({ input: { actions, force: kind === 'end' } });
    const { job, affectedCount = 0 } = outcome?.payload ?? {};
    if (tell(outcome, job ? jobTexts.begun(job.total) : texts.told[kind](affectedCount))) onDone();
  }

  return KINDS.map((kind) => (
    <Button
      key={kind}
      size="xs"
      variant="default"
      loading={kind === 'force' ? hurrying : stopping}
      onClick={() => void run(kind)}
    >
      {texts.kinds[kind]}
    </Button>
  ));
}
