import { Group, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { Card } from '../../parts/card.tsx';
import { Reach as ReachQuery } from '../../parts/filter.documents.ts';
import { filterFaultsOf } from '../../parts/filter-fault.tsx';
import { reasonOf } from '../../parts/reason.ts';
import { Lines } from '../../parts/states.tsx';
import { rolloutTexts, newRolloutTexts as texts } from '../../texts/rollouts.ts';
import { type PlannedGroup, plannedGroups, type RolloutDraft } from './draft.ts';
import { sizesOf } from './sizes.ts';

const SHOWN_GROUPS = 10;
/** So many filters of groups are counted; what more groups get is seen when the rollout is planned. */
const MOST_FILTERS = 20;

type Reach = { counts: ReadonlyMap<string, number> } | { error: CombinedError } | undefined;

/** What a rollout will do, before it is made. */
export function Plan({
  draft,
  within,
}: {
  draft: RolloutDraft;
  /** The targets that the set is for, where others are left out. */
  within: string | undefined;
}) {
  const asked = draft.filter.trim();
  const filter = asked && within ? `(${asked}) and (${within})` : asked;
  const groups = plannedGroups(draft);
  const reach = useReach(filter, groups);
  const total = reach && 'counts' in reach ? reach.counts.get('') : undefined;
  return (
    <Card title={texts.plan}>
      {filter === '' ? (
        <Text size="sm" c="dimmed">
          {texts.planEmpty}
        </Text>
      ) : reach === undefined ? (
        <Lines count={Math.min(groups.length, SHOWN_GROUPS)} />
      ) : 'error' in reach ? (
        <Unplanned error={reach.error} />
      ) : !total ? (
        <Text size="sm">{within ? texts.planOutside : texts.planNothing}</Text>
      ) : (
        <Stack gap="sm">
          <Text fw={600}>{texts.planTotal(total, groups.length)}</Text>
          <Groups groups={groups} counts={reach.counts} draft={draft} />
        </Stack>
      )}
    </Card>
  );
}

/** A fault of a filter is marked where it is, and what is being written need not be right yet. */
const Unplanned = ({ error }: { error: CombinedError }) =>
  filterFaultsOf(error).length > 0 ? (
    <Text size="sm" c="dimmed">
      {texts.planUnclear}
    </Text>
  ) : (
    <Text size="sm" role="alert">
      {reasonOf(error)}
    </Text>
  );

/** How many targets there are: of all, and of those that each filter of a group matches. */
function useReach(filter: string, groups: readonly PlannedGroup[]): Reach {
  const client = useClient();
  const [reach, setReach] = useState<Reach>();
  const filters = [...new Set(['', ...groups.map((group) => group.filter)])].slice(0, MOST_FILTERS);
  // biome-ignore lint/correctness/useExhaustiveDependencies: for other filters only
  useEffect(() => {
    if (filter === '') return setReach(undefined);
    let isOver = false;
    const count = async (own: string) => {
      const both = own === '' ? filter : `(${filter}) and (${own})`;
      const { data, error } = await client.query(ReachQuery, { filter: both }).toPromise();
      if (error || !data) throw error;
      return [own, data.targets.totalCount] as const;
    };
    Promise.all(filters.map(count)).then(
      (counts) => isOver || setReach({ counts: new Map(counts) }),
      (error: CombinedError) => isOver || setReach({ error }),
    );
    return () => {
      isOver = true;
    };
  }, [filter, JSON.stringify(filters)]);
  return reach;
}

function Groups({
  groups,
  counts,
  draft,
}: {
  groups: readonly PlannedGroup[];
  counts: ReadonlyMap<string, number>;
  draft: RolloutDraft;
}) {
  const sizes = sizesOf(groups, counts);
  const planned = sizes.reduce((sum, size) => sum + size, 0);
  const left = counts.get('')! - planned;
  const isEven = draft.groupCount !== undefined;
  return (
    <>
      <Stack gap={6}>
        {groups.slice(0, SHOWN_GROUPS).map((group, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: groups are known by their place
          <Group key={index} justify="space-between" gap="sm" wrap="nowrap">
            <div>
              <Text size="sm" fw={550}>
                {group.name}
              </Text>
              <Text size="xs" c="dimmed">
                {beginOf(groups[index - 1])}
                {group.filter && ` · ${group.filter}`}
              </Text>
            </div>
            <Text size="sm" className="numbers" style={{ whiteSpace: 'nowrap' }}>
              {rolloutTexts.targets(sizes[index]!)}
            </Text>
          </Group>
        ))}
      </Stack>
      {groups.length > SHOWN_GROUPS && (
        <Text size="sm" c="dimmed">
          {texts.planMore(groups.length - SHOWN_GROUPS)}
        </Text>
      )}
      {left > 0 && (
        <Text size="sm" role="alert">
          {texts.planLeft(left)}
        </Text>
      )}
      {isEven && <Text size="sm">{texts.planError(draft.errorThreshold)}</Text>}
      {draft.dynamic && isEven && <Text size="sm">{texts.planDynamic}</Text>}
      <Text size="xs" c="dimmed">
        {texts.planNote} {!isEven && texts.planOverlap}
      </Text>
    </>
  );
}

/** When a group begins: by the rules of the group before it. */
const beginOf = (before: PlannedGroup | undefined): string => {
  if (!before) return texts.planFirst;
  return before.pauses ? texts.planPaused(before.successThreshold) : texts.planLater(before.successThreshold);
};
