import { Button, Group, Table } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { EnrollmentGroupsQuery } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Card } from '../../parts/card.tsx';
import { EditButton } from '../../parts/edit-button.tsx';
import { Fact, Facts } from '../../parts/fact.tsx';
import { FilteredList } from '../../parts/filtered-list.tsx';
import { RemoveButton } from '../../parts/remove-button.tsx';
import { Empty, Lines } from '../../parts/states.tsx';
import { State } from '../../parts/status.tsx';
import { useList } from '../../parts/use-list.ts';
import { useNow } from '../../parts/use-now.ts';
import { When } from '../../parts/when.tsx';
import { policyTexts } from '../../texts/certificate-policies.ts';
import { common } from '../../texts/common.ts';
import { derivationTexts } from '../../texts/derivation.ts';
import { enrollmentTexts as texts } from '../../texts/enrollment.ts';
import { hookTexts } from '../../texts/hooks.ts';
import { DerivationFact } from './derivation-fact.tsx';
import { DeleteEnrollmentGroup, DeleteEnrollmentToken, EnrollmentGroups } from './enrollment.documents.ts';
import { HookFact } from './hook-fact.tsx';
import { PolicyFact } from './policy-fact.tsx';
import { RotateDialog } from './rotate-dialog.tsx';
import type { NewToken } from './token-of.ts';

export type EnrollmentGroupRow = EnrollmentGroupsQuery['enrollmentGroups']['nodes'][number];

const PAGE_SIZE = 50;

/** The groups by whose tokens devices enroll. */
export function GroupsTab({
  onEdit,
  onToken,
}: {
  onEdit: (group: EnrollmentGroupRow) => void;
  onToken: (token: NewToken) => void;
}) {
  const { may } = useViewer();
  const seen = { ofTargets: may('READ_TARGET'), ofTypes: may('READ_TARGET_TYPE') };
  const list = useList(EnrollmentGroups, {
    pageOf: (data) => data.enrollmentGroups,
    size: PAGE_SIZE,
    variables: seen,
  });
  const [rotated, setRotated] = useState<EnrollmentGroupRow>();
  return (
    <>
      <FilteredList
        list={list}
        of="ENROLLMENT_GROUP"
        placeholder={texts.groupsPlaceholder}
        empty={
          <Empty icon={<IconKey size={40} stroke={1.4} />} title={texts.noGroups} hint={texts.noGroupsHint} />
        }
      >
        {!list.page && <Lines />}
        {list.page?.nodes.map((group) => (
          <GroupCard
            key={group.id}
            group={group}
            onEdit={() => onEdit(group)}
            onRotate={() => setRotated(group)}
            onSecret={onToken}
          />
        ))}
      </FilteredList>
      {rotated && <RotateDialog group={rotated} onClose={() => setRotated(undefined)} onToken={onToken} />}
    </>
  );
}

function GroupCard({
  group,
  onEdit,
  onRotate,
  onSecret,
}: {
  group: EnrollmentGroupRow;
  onEdit: () => void;
  onRotate: () => void;
  onSecret: (secret: NewToken) => void;
}) {
  const { may } = useViewer();
  const [remove] = useChange(DeleteEnrollmentGroup);
  const { id, name, isDefault, viewerCan } = group;
  return (
    <Card
      title={name}
      hint={group.description ?? (isDefault ? texts.defaultHint : undefined)}
      actions={
        <>
          {viewerCan.update && may('READ_GATEWAY_SECURITY_TOKEN') && !isDefault && (
            <Button size="compact-sm" variant="default" onClick={onRotate}>
              {texts.rotate}
            </Button>
          )}
          {viewerCan.update && <EditButton label={texts.editLabel(name)} onClick={onEdit} />}
          {!isDefault && viewerCan.delete && (
            <RemoveButton
              label={texts.removeLabel(name)}
              text={texts.removeText(group.targetCount ?? 0)}
              told={texts.removed}
              remove={() => remove({ input: { id } })}
            />
          )}
        </>
      }
    >
      <Facts>
        {factsOf(group).map(([label, value]) => (
          <Fact key={label} label={label}>
            {value}
          </Fact>
        ))}
        <Fact label={hookTexts.label}>
          <HookFact group={group} onSecret={onSecret} />
        </Fact>
        <Fact label={derivationTexts.label}>
          <DerivationFact group={group} onSecret={onSecret} />
        </Fact>
        <Fact label={policyTexts.label}>
          <PolicyFact group={group} />
        </Fact>
      </Facts>
      {group.tokens && group.tokens.length > 0 && <Tokens group={group} />}
    </Card>
  );
}

/** What there is to say of a group; what is not set isn't said. */
function factsOf(group: EnrollmentGroupRow): (readonly [string, ReactNode])[] {
  const { allowedControllerIds, deniedControllerIds, attributes, tags, registrationLimit } = group;
  const defaults = [
    group.targetGroup && texts.putIn(group.targetGroup),
    group.targetType && texts.ofType(group.targetType.name),
    tags && tags.length > 0 && texts.tagged(tags.map(({ name }) => name).join(', ')),
    ...attributes.map(({ key, value }) => `${key}=${value}`),
  ].filter(Boolean);
  const facts: (readonly [string, ReactNode, unknown])[] = [
    [
      texts.registered,
      [
        registrationLimit !== null && texts.registrations(group.registrationCount ?? 0, registrationLimit),
        group.targetCount != null && texts.targets(group.targetCount),
        group.requiresApproval ? texts.needsApproval : texts.atOnce,
      ]
        .filter(Boolean)
        .join(' · '),
      true,
    ],
    [texts.ends, <When key="ends" at={group.expiresAt} />, group.expiresAt],
    [texts.allowed, allowedControllerIds.join(', '), allowedControllerIds.length],
    [texts.denied, deniedControllerIds.join(', '), deniedControllerIds.length],
    [texts.defaults, defaults.join(' · '), defaults.length],
    [texts.authority, group.certificateAuthority?.name, group.certificateAuthority],
  ];
  return facts.filter(([, , isSaid]) => isSaid).map(([label, value]) => [label, value] as const);
}

/** The tokens that work, or did: of each only its beginning is known. */
function Tokens({ group: { name, tokens, viewerCan } }: { group: EnrollmentGroupRow }) {
  const [remove] = useChange(DeleteEnrollmentToken);
  const now = useNow();
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table verticalSpacing={4} fz="sm" aria-label={texts.tokensOf(name)}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.token}</Table.Th>
            <Table.Th>{texts.made}</Table.Th>
            <Table.Th>{texts.expires}</Table.Th>
            <Table.Th w={80}>{common.actions}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tokens?.map(({ id, prefix, createdAt, expiresAt }) => {
            const isOver = expiresAt !== null && Date.parse(expiresAt) < now;
            return (
              <Table.Tr key={id}>
                <Table.Td ff="monospace">{prefix}…</Table.Td>
                <Table.Td>
                  <When at={createdAt} />
                </Table.Td>
                <Table.Td>
                  <Group gap="xs">
                    <When at={expiresAt} />
                    {isOver && <State tone="bad">{texts.over}</State>}
                  </Group>
                </Table.Td>
                <Table.Td>
                  {viewerCan.delete && (
                    <RemoveButton
                      label={texts.removeToken(prefix)}
                      text={texts.removeTokenText}
                      told={texts.tokenRemoved}
                      remove={() => remove({ input: { id } })}
                    />
                  )}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
