import { Button, Code, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { quoted } from '../../api/filters.ts';
import type { TargetTimelineQuery } from '../../api/types.documents.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Card } from '../../parts/card.tsx';
import { Changes } from '../../parts/changes.tsx';
import { PageLink } from '../../parts/links.tsx';
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
/** The largest page that the server answers; what is older is in the audit log. */
const MOST = 500;
const FOLLOW_MS = 500;

/** What happened to it, the newest first; it grows as more happens. */
export function TimelineCard({ controllerId, moved }: { controllerId: string; moved: unknown }) {
  const { may } = useViewer();
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
              {pageInfo?.hasNextPage && first < MOST && (
                <Group>
                  <Button
                    size="xs"
                    variant="default"
                    onClick={() => setFirst(Math.min(first + 5 * PAGE, MOST))}
                  >
                    {texts.more}
                  </Button>
                </Group>
              )}
              {pageInfo?.hasNextPage && first === MOST && may('READ_AUDIT') && (
                <PageLink to="/audit" search={{ filter: `target==${quoted(controllerId)}` }}>
                  {texts.older}
                </PageLink>
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
        {actor && type !== 'TARGET_REGISTERED' && (
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
      {/* That a device need not report its attributes any more goes without saying. */}
      <Changes
        changes={entry.changes}
        without={type === 'TARGET_ATTRIBUTES_REPORTED' ? 'requestAttributes' : undefined}
      />
      {messages.map((message) => (
        <Text size="xs" c="dimmed" key={message} className={classes.message}>
          {message}
        </Text>
      ))}
    </li>
  );
}
