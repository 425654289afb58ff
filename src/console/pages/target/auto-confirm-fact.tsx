import { Group, Switch, Text } from '@mantine/core';
import type { TargetFullFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { Fact } from '../../parts/fact.tsx';
import { tell } from '../../parts/tell.ts';
import { When } from '../../parts/when.tsx';
import { autoConfirmTexts as texts } from '../../texts/target.ts';
import { ChangeAutoConfirm } from './target.documents.ts';

/** Whether consent to updates is given in advance. */
export function AutoConfirmFact({ target }: { target: TargetFullFragment }) {
  const { id, autoConfirm, viewerCan } = target;
  const [change, changing] = useChange(ChangeAutoConfirm);
  if (!autoConfirm) return null;
  const { active, activatedAt, initiator } = autoConfirm;
  return (
    <Fact label={texts.label}>
      <Group gap="sm">
        <Switch
          size="xs"
          label={texts.given}
          checked={active}
          disabled={!viewerCan.update || changing}
          onChange={async ({ currentTarget: { checked } }) =>
            tell(
              await change({ input: { targets: { ids: [id] }, active: checked } }),
              checked ? texts.on : texts.off,
            )
          }
        />
        {active && activatedAt && (
          <Text span size="xs" c="dimmed">
            <When at={activatedAt} size="xs" /> {initiator && texts.by(initiator)}
          </Text>
        )}
      </Group>
    </Fact>
  );
}
