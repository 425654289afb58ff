import { Anchor, Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useSubscription } from 'urql';
import type { AuditEventOrderField, AuditRowFragment } from '../../api/types.documents.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { eventText } from '../../parts/event-type.ts';
import { FilteredList } from '../../parts/filtered-list.tsx';
import { Page } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';
import { useFollow } from '../../parts/use-follow.ts';
import { useList } from '../../parts/use-list.ts';
import { When } from '../../parts/when.tsx';
import { auditTexts as texts } from '../../texts/settings.ts';
import { AuditLog, AuditMoves } from '../settings/settings.documents.ts';
import { EventDialog } from './event-dialog.tsx';

const PAGE_SIZE = 100;
const SHOWN_SUBJECTS = 3;
/** What is added comes into sight this soon, and no more often. */
const FOLLOW_MS = 1_000;

const columnsOf = (
  show: (event: AuditRowFragment) => void,
): readonly Column<AuditRowFragment, AuditEventOrderField>[] => [
  { id: 'at', label: texts.columns.at, order: 'AT', cell: ({ at }) => <When at={at} /> },
  {
    id: 'type',
    label: texts.columns.type,
    cell: (event) => (
      <Anchor
        component="button"
        type="button"
        size="sm"
        aria-label={texts.show(eventText(event.type))}
        onClick={() => show(event)}
      >
        {eventText(event.type)}
      </Anchor>
    ),
  },
  {
    id: 'subjects',
    label: texts.columns.subjects,
    cell: ({ subjects, count, filter }) => (
      <>
        {subjects?.slice(0, SHOWN_SUBJECTS).join(', ') ?? filter}{' '}
        {count > 1 && (
          <Text span size="sm" c="dimmed">
            {texts.more(count)}
          </Text>
        )}
      </>
    ),
  },
  {
    id: 'actor',
    label: texts.columns.actor,
    cell: ({ actor, apiKey }) => (apiKey ? `${actor} (${apiKey})` : actor),
  },
  {
    id: 'channel',
    label: texts.columns.channel,
    cell: ({ channel }) => texts.channels[channel],
  },
];

/** What was changed, when, and by whom; the newest page moves. */
export function AuditPage() {
  const [shown, setShown] = useState<AuditRowFragment>();
  const columns = useMemo(() => columnsOf(setShown), []);
  const list = useList(AuditLog, { pageOf: (data) => data.auditEvents, size: PAGE_SIZE, columns });
  const { place, filter, faults, table, of } = list;
  const isNewest = !place.after && !place.before && !table.sort;
  const [moves] = useSubscription({
    query: AuditMoves,
    variables: { filter: filter || undefined },
    pause: !isNewest || !table.rows || faults.length > 0,
  });
  useFollow(moves.data, of.reload, FOLLOW_MS);
  return (
    <Page wide title={texts.title} lead={texts.lead}>
      <FilteredList
        list={list}
        of="AUDIT_EVENT"
        placeholder={texts.filterPlaceholder}
        nothing={texts.nothing}
        empty={
          <Empty
            icon={<IconHistory size={40} stroke={1.4} />}
            title={texts.emptyTitle}
            hint={texts.emptyHint}
          />
        }
      >
        <DataTable
          {...list.table}
          label={texts.table}
          keyOf={({ id }) => id}
          nameOf={({ type }) => eventText(type)}
          height="calc(100vh - 270px)"
        />
      </FilteredList>
      {shown && <EventDialog event={shown} onClose={() => setShown(undefined)} />}
    </Page>
  );
}
