import { Button, Group, Stack, Text } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import type { EnrollmentGroupRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Card } from '../../parts/card.tsx';
import { confirm } from '../../parts/confirm.ts';
import { done, failure } from '../../parts/notify.tsx';
import { Answer, Empty } from '../../parts/states.tsx';
import type { NewToken } from '../../parts/token-dialog.tsx';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { enrollmentTexts as texts } from '../../texts/enrollment.ts';
import { DeleteEnrollmentGroup, EnrollmentGroups, RotateEnrollmentToken } from './enrollment.documents.ts';
import { tokenOf } from './new-group-dialog.tsx';

/** The groups by whose tokens devices enroll. */
export function GroupsTab({ onToken }: { onToken: (token: NewToken) => void }) {
  const groups = useData(EnrollmentGroups, {});
  return (
    <Answer of={groups}>
      {({ enrollmentGroups: { nodes } }) =>
        nodes.length === 0 ? (
          <Empty icon={<IconKey size={40} stroke={1.4} />} title={texts.noGroups} hint={texts.noGroupsHint} />
        ) : (
          <Stack>
            {nodes.map((group) => (
              <GroupCard key={group.id} group={group} onToken={onToken} />
            ))}
          </Stack>
        )
      }
    </Answer>
  );
}

function GroupCard({
  group,
  onToken,
}: {
  group: EnrollmentGroupRowFragment;
  onToken: (token: NewToken) => void;
}) {
  const { may } = useViewer();
  const { name, tokens, registrationCount, registrationLimit, targetCount, expiresAt } = group;
  const facts = [
    registrationCount !== null && texts.registrations(registrationCount, registrationLimit),
    texts.targets(targetCount),
    group.requiresApproval && texts.needsApproval,
    tokens.length > 0 && texts.tokens(tokens.map(({ prefix }) => prefix).join('…, ')),
  ];
  return (
    <Card
      title={name}
      hint={group.description ?? undefined}
      actions={
        !group.isDefault && (
          <>
            {may('UPDATE_TENANT_CONFIGURATION') && <RotateButton group={group} onToken={onToken} />}
            {may('DELETE_TENANT_CONFIGURATION') && <DeleteButton group={group} />}
          </>
        )
      }
    >
      <Group gap="md">
        <Text size="sm">{facts.filter(Boolean).join(' · ')}</Text>
        {expiresAt && (
          <Text size="sm" component="div">
            {texts.expires} <When at={expiresAt} />
          </Text>
        )}
      </Group>
    </Card>
  );
}

function RotateButton({
  group: { id, name },
  onToken,
}: {
  group: EnrollmentGroupRowFragment;
  onToken: (token: NewToken) => void;
}) {
  const [rotate, rotating] = useChange(RotateEnrollmentToken);
  return (
    <Button
      size="xs"
      variant="default"
      loading={rotating}
      onClick={async () => {
        const question = { title: texts.rotateTitle, text: texts.rotateText(name), action: texts.rotate };
        if (!(await confirm(question))) return;
        const outcome = await rotate({ input: { groupId: id } });
        const [fault] = outcome?.faults ?? [];
        if (fault) void failure(fault.message);
        else if (outcome?.payload.token) onToken(tokenOf(name, outcome.payload.token));
      }}
    >
      {texts.rotate}
    </Button>
  );
}

function DeleteButton({ group: { id, name, targetCount } }: { group: EnrollmentGroupRowFragment }) {
  const [remove, removing] = useChange(DeleteEnrollmentGroup);
  return (
    <Button
      size="xs"
      variant="default"
      loading={removing}
      onClick={async () => {
        const question = {
          title: texts.removeTitle(name),
          text: texts.removeText(targetCount),
          danger: true,
        };
        if (!(await confirm({ ...question, action: common.delete }))) return;
        const outcome = await remove({ input: { id } });
        const [fault] = outcome?.faults ?? [];
        if (outcome) void (fault ? failure(fault.message) : done(texts.removed));
      }}
    >
      {common.delete}
    </Button>
  );
}
