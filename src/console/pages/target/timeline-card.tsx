import { Button, Code, Group, Text } from '@mantine/core';
import { useState } from 'react';
import type { TargetTimelineQuery } from '../../api/types.documents.ts';
import { useData } from '../../api/use-data.ts';
import { Card } from '../../parts/card.tsx';
import { Answer, Lines } from '../../parts/states.tsx';
import { actionTone, type Tone, toneClass } from '../../parts/status.tsx';
import { useFollow } from '../../parts/use-follow.ts';
import { When } from '../../parts/when.tsx';
import { actionStatusTexts } from '../../texts/status.ts';
import { timelineTexts as texts } from '../../texts/timeline.ts';
import { TargetTimeline } from './target.documents.ts';
import classes from './timeline.module.css';

type Entry = NonNullable<NonNullable<TargetTimelineQuery['target']>['timeline']>['nodes'][number];

const PAGE = 20;
const FOLLOW_MS = 500;
const MOST_CHANGES = 8;

/** What happened to it, the newest first; it grows as more happens. */
export function TimelineCard({ controllerId, moved }: { controllerId: string; moved: unknown }) {
  const [first, setFirst] = useState(PAGE);
  const timeline = useData(TargetTimeline, { controllerId, first }, { keep: true });
  useFollow(moved, timeline.reload, FOLLOW_MS);
  return (
    <Card title={texts.title} hint={texts.hint}>
      <Answer of={timeline} waiting={<Lines count={4} height={24} />}>
        {({ target }) => {
          const { nodes: all = [], pageInfo } = target?.timeline ?? {};
          const nodes = all.filter((entry) => !isToldAsStep(entry));
          if (nodes.length === 0)
            return (
              <Text size="sm" c="dimmed">
                {texts.nothing}
              </Text>
            );
          return (
            <>
              <ol className={classes.list}>
                {nodes.map((entry, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: counted from the oldest, it stays the same
                  <Line key={`${entry.at} ${entry.type} ${nodes.length - index}`} entry={entry} />
                ))}
              </ol>
              {pageInfo?.hasNextPage && (
                <Group>
                  <Button size="xs" variant="default" onClick={() => setFirst(first + 5 * PAGE)}>
                    {texts.more}
                  </Button>
                </Group>
              )}
            </>
          );
        }}
      </Answer>
    </Card>
  );
}

/** What a device reports of an action is there once more, as its step. */
const isToldAsStep = ({ type, status, actorKind }: Entry) =>
  type.startsWith('ACTION_') && status === null && actorKind === 'DEVICE';

const toneOf = ({ status, type }: Entry): Tone =>
  status ? actionTone(status) : type.startsWith('DISTRIBUTION_SET_') ? 'busy' : 'quiet';

function Line({ entry }: { entry: Entry }) {
  const { type, at, actor, actorKind, count, filter, messages, status } = entry;
  return (
    <li className={`${classes.entry} ${toneClass(toneOf(entry))}`}>
      <Text size="sm" component="div">
        <b>{status ? texts.step(actionStatusTexts[status]) : texts.event(type)}</b>{' '}
        {actor && (
          <Text span size="sm" c="dimmed">
            {actorKind === 'DEVICE' ? texts.byItself : texts.by(actor)}
          </Text>
        )}
        <Text span size="sm" c="dimmed">
          {' · '}
        </Text>
        <When at={at} c="dimmed" />
      </Text>
      {count > 1 && (
        <Text size="xs" c="dimmed">
          {texts.among(count - 1, filter)}
          {filter && <Code>{filter}</Code>}
        </Text>
      )}
      <Changes changes={entry.changes} />
      {messages.map((message) => (
        <Text size="xs" c="dimmed" key={message} className={classes.message}>
          {message}
        </Text>
      ))}
    </li>
  );
}

/** What was changed, field by field. */
function Changes({ changes }: { changes: Entry['changes'] }) {
  const lines = Object.entries(changes ?? {}).flatMap(([field, change]) => linesOf(field, change));
  if (lines.length === 0) return null;
  return (
    <dl className={classes.changes}>
      {lines.slice(0, MOST_CHANGES).map(({ name, before, after }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{before === undefined ? shown(after) : texts.was(shown(before), shown(after))}</dd>
        </div>
      ))}
    </dl>
  );
}

interface Change {
  name: string;
  before: unknown;
  after: unknown;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of attributes and the like a line for each key that differs. */
function linesOf(field: string, change: unknown): Change[] {
  if (!isMap(change)) return [{ name: field, before: undefined, after: change }];
  const { old: before, new: after } = change;
  if (!isMap(before) && !isMap(after)) return [{ name: field, before, after }];
  const [old, now] = [isMap(before) ? before : {}, isMap(after) ? after : {}];
  return [...new Set([...Object.keys(now), ...Object.keys(old)])]
    .filter((key) => old[key] !== now[key])
    .map((key) => ({ name: key, before: old[key], after: now[key] }));
}

const shown = (value: unknown): string =>
  value === undefined || value === null || value === ''
    ? texts.empty
    : Array.isArray(value)
      ? value.map(shown).join(', ')
      : isMap(value)
        ? JSON.stringify(value)
        : String(value);
