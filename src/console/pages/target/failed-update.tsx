import { Alert, Anchor, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useData } from '../../api/use-data.ts';
import { failureReasonOf } from '../../parts/failure-reason.ts';
import { useFollow } from '../../parts/use-follow.ts';
import { When } from '../../parts/when.tsx';
import { targetTexts as texts } from '../../texts/target.ts';
import { FOLLOW_MS } from './actions-card.tsx';
import { LastFailure } from './target.documents.ts';

/** What failed on a target, when and why; and a way to the action. */
export function FailedUpdate({
  controllerId,
  moved,
  onShow,
}: {
  controllerId: string;
  moved: unknown;
  onShow: (actionId: string) => void;
}) {
  const { data, reload } = useData(LastFailure, { controllerId });
  useFollow(moved, reload, FOLLOW_MS);
  const action = data?.target?.actions?.nodes[0];
  if (!action) return null;
  const { distributionSet: set, lastModifiedAt } = action;
  const said = failureReasonOf(action);
  return (
    <Alert
      variant="light"
      color="red"
      icon={<IconAlertTriangle size={18} />}
      title={texts.failed(set ? `${set.name} ${set.version}` : texts.unseenSet)}
    >
      {said && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {said}
        </Text>
      )}
      <Group gap="sm">
        <When at={lastModifiedAt} />
        <Anchor
          component="button"
          size="sm"
          c="var(--mantine-color-text)"
          underline="always"
          onClick={() => onShow(action.id)}
        >
          {texts.showAction}
        </Anchor>
      </Group>
    </Alert>
  );
}
