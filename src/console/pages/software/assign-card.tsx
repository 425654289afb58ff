import { Button, Stack } from '@mantine/core';
import { useState } from 'react';
import type { SetFullFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { orAnyway } from '../../parts/anyway.ts';
import { Card } from '../../parts/card.tsx';
import { confirm } from '../../parts/confirm.ts';
import { ReachInput, useReach } from '../../parts/filter-input.tsx';
import { tellOrFollow } from '../../parts/follow-job.ts';
import { type Force, ForceField, forceInput } from '../../parts/force-field.tsx';
import { setTexts as texts } from '../../texts/software.ts';
import { AssignSet } from './software.documents.ts';

/** Gives the set to all targets that match a filter; how many they are is said before. */
export function AssignCard({ set }: { set: SetFullFragment }) {
  const [filter, setFilter] = useState('');
  const [force, setForce] = useState<Force>({});
  const reach = useReach(filter);
  const { count } = reach;
  const [assign, busy] = useChange(AssignSet);
  const title = `${set.name} ${set.version}`;

  async function submit() {
    if (!count) return;
    const action = texts.submit(count);
    const text = texts.confirmText(title, count);
    if (!(await confirm({ title: texts.confirmTitle(count), text, action }))) return;
    const input = { targets: { filter: filter.trim() }, distributionSetId: set.id, ...forceInput(force) };
    const outcome = await orAnyway((ignoreTargetFilter) =>
      assign({ input: { ...input, ignoreTargetFilter } }),
    );
    tellOrFollow(outcome, { title: texts.assign, told: texts.assigned });
  }

  return (
    <Card title={texts.assign} hint={set.complete ? texts.assignHint : texts.incompleteHint}>
      {set.complete && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <Stack maw={520}>
            <ReachInput
              label={texts.filter}
              description={texts.filterHint}
              value={filter}
              onChange={setFilter}
              reach={reach}
            />
            <ForceField value={force} onChange={(changed) => setForce({ ...force, ...changed })} />
            <Button type="submit" disabled={!count} loading={busy} style={{ alignSelf: 'flex-start' }}>
              {texts.assign}
            </Button>
          </Stack>
        </form>
      )}
    </Card>
  );
}
