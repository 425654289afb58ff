import { Button, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { quoted } from '../../api/filters.ts';
import type { ActionRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { Card } from '../../parts/card.tsx';
import { confirm } from '../../parts/confirm.ts';
import { PageLink } from '../../parts/links.tsx';
import { done, failure } from '../../parts/notify.tsx';
import { Answer, Lines } from '../../parts/states.tsx';
import { ActionState } from '../../parts/status.tsx';
import { useFollow } from '../../parts/use-follow.ts';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { targetTexts as texts } from '../../texts/target.ts';
import { ActionMessages, CancelAction, TargetActions } from './target.documents.ts';

const SHOWN_FIRST = 10;
const SHOWN_MOST = 200;
/** What is shown of a target follows what happened to it this soon. */
export const FOLLOW_MS = 500;

/** One that is opened because somebody asked for it; another object each time. */
export interface WantedAction {
  id: string;
}

/** What it was and is given to do, the newest first. */
export function ActionsCard({
  controllerId,
  moved,
  mayCancel,
  wanted,
}: {
  controllerId: string;
  moved: unknown;
  mayCancel: boolean;
  wanted: WantedAction | undefined;
}) {
  const [first, setFirst] = useState(SHOWN_FIRST);
  const actions = useData(TargetActions, { controllerId, first }, { keep: true });
  useFollow(moved, actions.reload, FOLLOW_MS);
  return (
    <Card title={texts.actions}>
      <Answer of={actions} waiting={<Lines count={2} />}>
        {({ target }) => {
          const { nodes = [], totalCount = 0 } = target?.actions ?? {};
          if (nodes.length === 0)
            return (
              <Text size="sm" c="dimmed">
                {texts.noActions}
              </Text>
            );
          return (
            <Stack gap="xs">
              {nodes.map((action) => (
                <ActionLine
                  key={action.id}
                  action={action}
                  moved={moved}
                  mayCancel={mayCancel}
                  wanted={wanted?.id === action.id ? wanted : undefined}
                />
              ))}
              {totalCount > nodes.length && first === SHOWN_MOST && (
                <PageLink to="/actions" search={{ filter: `target.controllerId==${quoted(controllerId)}` }}>
                  {texts.allActions}
                </PageLink>
              )}
              {totalCount > nodes.length && first < SHOWN_MOST && (
                <Button size="xs" variant="subtle" onClick={() => setFirst(SHOWN_MOST)}>
                  {texts.moreActions}
                </Button>
              )}
            </Stack>
          );
        }}
      </Answer>
    </Card>
  );
}

function ActionLine({
  action,
  moved,
  mayCancel,
  wanted,
}: {
  action: ActionRowFragment;
  moved: unknown;
  mayCancel: boolean;
  wanted: WantedAction | undefined;
}) {
  const [open, setOpen] = useState(false);
  const line = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!wanted) return;
    setOpen(true);
    line.current?.focus();
  }, [wanted]);
  const { distributionSet, status, active, createdAt } = action;
  const name = distributionSet ? `${distributionSet.name} ${distributionSet.version}` : common.none;
  const Icon = open ? IconChevronDown : IconChevronRight;
  return (
    <div>
      <Group gap="sm" justify="space-between" wrap="nowrap">
        <UnstyledButton ref={line} onClick={() => setOpen(!open)} aria-expanded={open} miw={0}>
          <Group gap={6} wrap="nowrap">
            <Icon size={16} aria-hidden />
            <Text size="sm" fw={550} truncate>
              {name}
            </Text>
          </Group>
        </UnstyledButton>
        <Group gap="sm" wrap="nowrap">
          <ActionState status={status} />
          <When at={createdAt} c="dimmed" />
          {active && status !== 'CANCELING' && mayCancel && <CancelButton id={action.id} name={name} />}
        </Group>
      </Group>
      {open && <Messages id={action.id} moved={moved} />}
    </div>
  );
}

function CancelButton({ id, name }: { id: string; name: string }) {
  const [cancel, busy] = useChange(CancelAction);
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={busy}
      onClick={async () => {
        const sure = await confirm({
          title: texts.cancelTitle,
          text: texts.cancelText(name),
          action: texts.cancelTitle.replace('?', ''),
        });
        const outcome = sure ? await cancel({ input: { actions: { ids: [id] } } }) : undefined;
        if (!outcome) return;
        const [fault] = outcome.faults;
        void (fault ? failure(fault.message) : done(texts.canceled));
      }}
    >
      {texts.cancelAction}
    </Button>
  );
}

/** What the device and the server said about an action, the newest first. */
function Messages({ id, moved }: { id: string; moved: unknown }) {
  const answer = useData(ActionMessages, { id });
  useFollow(moved, answer.reload, FOLLOW_MS);
  return (
    <Answer of={answer} waiting={<Lines count={2} height={14} />}>
      {({ action }) => (
        <Stack gap={6} pl={22} pt={6}>
          {action?.statusHistory.nodes.length === 0 && (
            <Text size="sm" c="dimmed">
              {texts.noMessages}
            </Text>
          )}
          {action?.statusHistory.nodes.map((entry) => (
            <Group key={entry.id} gap="sm" align="flex-start" wrap="nowrap">
              <When at={entry.occurredAt} c="dimmed" />
              <ActionState status={entry.status} />
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {[entry.code !== null && `(${entry.code})`, ...entry.messages].filter(Boolean).join(' ')}
              </Text>
            </Group>
          ))}
        </Stack>
      )}
    </Answer>
  );
}
