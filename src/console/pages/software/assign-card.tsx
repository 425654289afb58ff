import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import type { SetFullFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { orAnyway } from '../../parts/anyway.ts';
import { Card } from '../../parts/card.tsx';
import { confirm } from '../../parts/confirm.ts';
import { tellOrFollow } from '../../parts/follow-job.ts';
import { type Force, ForceField, forceInput } from '../../parts/force-field.tsx';
import { reasonOf } from '../../parts/reason.ts';
import { setTexts as texts } from '../../texts/software.ts';
import { AssignSet, SetReach } from './software.documents.ts';

/** Gives the set to all targets that match a filter; how many they are is said before. */
export function AssignCard({ set }: { set: SetFullFragment }) {
  const [filter, setFilter] = useState('');
  const [force, setForce] = useState<Force>({});
  const [asked] = useDebouncedValue(filter.trim(), 250);
  const reach = useData(SetReach, { filter: asked }, { pause: asked === '', keep: true });
  const [assign, busy] = useChange(AssignSet);
  const isCurrent = asked === filter.trim() && asked !== '' && !reach.stale;
  const count = isCurrent && !reach.error ? reach.data?.targets.totalCount : undefined;
  const title = `${set.name} ${set.version}`;

  async function submit() {
    if (!count) return;
    const action = texts.submit(count);
    const text = texts.confirmText(title, count);
    if (!(await confirm({ title: texts.confirmTitle(count), text, action }))) return;
    const input = { targets: { filter: asked }, distributionSetId: set.id, ...forceInput(force) };
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
            <TextInput
              label={texts.filter}
              description={texts.filterHint}
              value={filter}
              onChange={(event) => setFilter(event.currentTarget.value)}
              error={isCurrent && reach.error ? reasonOf(reach.error) : undefined}
              autoComplete="off"
              spellCheck={false}
            />
            <ForceField value={force} onChange={(changed) => setForce({ ...force, ...changed })} />
            <Group>
              <Button type="submit" disabled={!count} loading={busy}>
                {texts.assign}
              </Button>
              <Text size="sm" c="dimmed" role="status">
                {count !== undefined && texts.count(count)}
              </Text>
            </Group>
          </Stack>
        </form>
      )}
    </Card>
  );
}
