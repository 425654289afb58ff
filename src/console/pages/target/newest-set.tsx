import { Button, Group, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { TargetFullFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { orAnyway } from '../../parts/anyway.ts';
import { confirm } from '../../parts/confirm.ts';
import { Fact } from '../../parts/fact.tsx';
import { PageLink } from '../../parts/links.tsx';
import { tell } from '../../parts/tell.ts';
import { targetTexts as texts } from '../../texts/target.ts';
import { AssignToTarget, NewestSet as NewestSetQuery } from './target.documents.ts';

/** The newest set that the target could take, if there is one, and a way to assign it. */
export function NewestSet({ target }: { target: TargetFullFragment }) {
  const { may } = useViewer();
  const { controllerId } = target;
  const pause = !may('READ_DISTRIBUTION_SET');
  const { data, reload } = useData(NewestSetQuery, { controllerId }, { pause });
  const [assign, busy] = useChange(AssignToTarget);
  const installed = target.installedDistributionSet?.id;
  const seen = useRef(installed);
  // biome-ignore lint/correctness/useExhaustiveDependencies: with another installed set only
  useEffect(() => {
    if (seen.current === installed) return;
    seen.current = installed;
    if (!pause) reload();
  }, [installed]);
  const set = data?.target?.newestCompatibleSet;
  if (!set) return null;
  const title = `${set.name} ${set.version}`;

  async function submit(distributionSetId: string) {
    const question = { title: texts.assignTitle(title), text: texts.assignText(controllerId, title) };
    if (!(await confirm({ ...question, action: texts.assignAction }))) return;
    const input = { targets: { ids: [target.id] }, distributionSetId };
    const outcome = await orAnyway((ignoreTargetFilter) =>
      assign({ input: { ...input, ignoreTargetFilter } }),
    );
    tell(outcome, texts.assignDone(title));
  }

  return (
    <Fact label={texts.newest}>
      <Group gap="sm">
        <PageLink to="/distribution-sets/$number" params={{ number: String(set.number) }}>
          {title}
        </PageLink>
        {target.assignedDistributionSet?.id === set.id ? (
          <Text span size="sm" c="dimmed">
            {texts.newestAssigned}
          </Text>
        ) : (
          target.viewerCan.assignDistributionSet && (
            <Button size="compact-sm" variant="default" loading={busy} onClick={() => void submit(set.id)}>
              {texts.assignAction}
            </Button>
          )
        )}
      </Group>
    </Fact>
  );
}
