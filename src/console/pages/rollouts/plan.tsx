import { Group, Stack, Text } from '@mantine/core';
import { useData } from '../../api/use-data.ts';
import { Card } from '../../parts/card.tsx';
import { Answer, Lines } from '../../parts/states.tsx';
import { rolloutTexts, newRolloutTexts as texts } from '../../texts/rollouts.ts';
import { RolloutReach } from './rollouts.documents.ts';

interface PlanProps {
  filter: string;
  /** The targets that the set is for, where others are left out. */
  within?: string | undefined;
  groupCount: number;
  successThreshold: number;
  errorThreshold: number;
}

const SHOWN_GROUPS = 10;

/** The sizes of groups that share so many targets as evenly as it goes. */
export function sizesOf(total: number, groups: number): number[] {
  let left = total;
  return Array.from({ length: groups }, (_, index) => {
    const size = Math.round(left / (groups - index));
    left -= size;
    return size;
  });
}

/** What a rollout will do, before it is made. */
export function Plan(props: PlanProps) {
  const { filter, within, groupCount, errorThreshold } = props;
  const reached = within ? `(${filter}) and (${within})` : filter;
  const reach = useData(RolloutReach, { filter: reached }, { pause: filter === '', keep: true });
  if (filter === '')
    return (
      <Card title={texts.plan}>
        <Text size="sm" c="dimmed">
          {texts.planEmpty}
        </Text>
      </Card>
    );
  return (
    <Card title={texts.plan}>
      {reach.error ? (
        <Text size="sm" role="alert">
          {reach.error.graphQLErrors[0]?.message ?? reach.error.message}
        </Text>
      ) : (
        <Answer of={reach} waiting={<Lines count={groupCount} />}>
          {({ targets: { totalCount } }) =>
            totalCount === 0 ? (
              <Text size="sm">{within ? texts.planOutside : texts.planNothing}</Text>
            ) : (
              <Stack gap="sm">
                <Text fw={600}>{texts.planTotal(totalCount, groupCount)}</Text>
                <Groups {...props} total={totalCount} />
                <Text size="sm">{texts.planError(errorThreshold)}</Text>
                <Text size="xs" c="dimmed">
                  {texts.planNote}
                </Text>
              </Stack>
            )
          }
        </Answer>
      )}
    </Card>
  );
}

function Groups({ groupCount, total, successThreshold }: PlanProps & { total: number }) {
  const sizes = sizesOf(total, groupCount);
  return (
    <Stack gap={6}>
      {sizes.slice(0, SHOWN_GROUPS).map((size, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups are known by their place
        <Group key={index} justify="space-between" gap="sm">
          <div>
            <Text size="sm" fw={550}>
              {texts.planGroup(index + 1)}
            </Text>
            <Text size="xs" c="dimmed">
              {index === 0 ? texts.planFirst : texts.planLater(successThreshold)}
            </Text>
          </div>
          <Text size="sm" className="numbers">
            {rolloutTexts.targets(size)}
          </Text>
        </Group>
      ))}
      {groupCount > SHOWN_GROUPS && (
        <Text size="sm" c="dimmed">
          {texts.planMore(groupCount - SHOWN_GROUPS)}
        </Text>
      )}
    </Stack>
  );
}
