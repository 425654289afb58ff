import { Code, Group, Text } from '@mantine/core';
import type { AuditRowFragment } from '../../api/types.documents.ts';
import { useData } from '../../api/use-data.ts';
import { Changes } from '../../parts/changes.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { eventText } from '../../parts/event-type.ts';
import { Fact, Facts } from '../../parts/fact.tsx';
import { Answer, Lines } from '../../parts/states.tsx';
import { exactText, When } from '../../parts/when.tsx';
import { auditTexts as texts } from '../../texts/settings.ts';
import { AuditEventDetails } from '../settings/settings.documents.ts';

const MOST_SUBJECTS = 50;
const MOST_CHANGES = 100;

/** All that is known of one change. */
export function EventDialog({ event, onClose }: { event: AuditRowFragment; onClose: () => void }) {
  const details = useData(AuditEventDetails, { id: event.id });
  const { at, actor, apiKey, channel, subjects, count, filter } = event;
  const { columns } = texts;
  return (
    <Dialog title={texts.event(eventText(event.type))} onClose={onClose} size="lg">
      <Facts>
        <Fact label={columns.at}>
          {exactText(at)} (<When at={at} />)
        </Fact>
        <Fact label={columns.subjects}>
          <span style={{ overflowWrap: 'anywhere' }}>
            {subjects?.slice(0, MOST_SUBJECTS).join(', ') ?? <Code>{filter}</Code>}
          </span>{' '}
          {count > 1 && texts.more(count)}
        </Fact>
        <Fact label={columns.actor}>{apiKey ? `${actor} (${apiKey})` : actor}</Fact>
        <Fact label={columns.channel}>{texts.channels[channel]}</Fact>
      </Facts>
      <Answer of={details} waiting={<Lines count={3} height={24} />}>
        {({ auditEvent }) => (
          <Facts>
            {auditEvent?.address && <Fact label={texts.address}>{auditEvent.address}</Fact>}
            {auditEvent?.requestId && (
              <Fact label={texts.requestId}>
                <Group gap={4}>
                  <Code>{auditEvent.requestId}</Code>
                  <Copy text={auditEvent.requestId} label={texts.copyRequestId} />
                </Group>
              </Fact>
            )}
            <Fact label={texts.changes}>
              {hasChanges(auditEvent?.changes) ? (
                <Changes changes={auditEvent?.changes} most={MOST_CHANGES} />
              ) : (
                <Text span size="sm" c="dimmed">
                  {texts.noChanges}
                </Text>
              )}
            </Fact>
          </Facts>
        )}
      </Answer>
    </Dialog>
  );
}

const hasChanges = (changes: object | null | undefined): boolean => Object.keys(changes ?? {}).length > 0;
