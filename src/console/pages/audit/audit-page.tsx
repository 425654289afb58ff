import { Group, Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { AuditRowFragment } from '../../api/types.documents.ts';
import { useData } from '../../api/use-data.ts';
import type { Column } from '../../parts/data-table.tsx';
import { eventText } from '../../parts/event-type.ts';
import { filterFaultOf } from '../../parts/filter-fault.tsx';
import { FilterField } from '../../parts/filter-field.tsx';
import { ListTable } from '../../parts/list-table.tsx';
import { Page } from '../../parts/page.tsx';
import { pageArguments } from '../../parts/place.ts';
import { Empty } from '../../parts/states.tsx';
import { When } from '../../parts/when.tsx';
import { auditTexts as texts } from '../../texts/settings.ts';
import { AuditLog } from '../settings/settings.documents.ts';

const PAGE_SIZE = 100;
const SHOWN_SUBJECTS = 3;

const COLUMNS: readonly Column<AuditRowFragment>[] = [
  { id: 'at', label: texts.columns.at, cell: ({ at }) => <When at={at} /> },
  { id: 'type', label: texts.columns.type, cell: ({ type }) => eventText(type) },
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
    cell: ({ channel }) => channel.toLowerCase().replace(/_/g, ' '),
  },
];

/** What was changed, when, and by whom. */
export function AuditPage() {
  const search = useSearch({ from: '/shell/audit' });
  const { filter = '' } = search;
  const navigate = useNavigate({ from: '/audit' });
  const page = useData(
    AuditLog,
    { filter: filter || undefined, ...pageArguments(search, PAGE_SIZE) },
    { keep: true },
  );
  const fault = filterFaultOf(page.error);
  const setFilter = (next: string) => void navigate({ search: next ? { filter: next } : {}, replace: true });
  return (
    <Page wide title={texts.title} lead={texts.lead}>
      <Group>
        <FilterField
          of="AUDIT_EVENT"
          placeholder={texts.filterPlaceholder}
          value={filter}
          fault={fault}
          onChange={setFilter}
        />
      </Group>
      <ListTable
        of={page}
        page={page.data?.auditEvents}
        place={search}
        size={PAGE_SIZE}
        onMove={(place) => void navigate({ search: { ...(filter && { filter }), ...place } })}
        filter={{ text: filter, fault, nothing: texts.nothing, clear: () => setFilter('') }}
        empty={
          <Empty
            icon={<IconHistory size={40} stroke={1.4} />}
            title={texts.emptyTitle}
            hint={texts.emptyHint}
          />
        }
        label={texts.table}
        keyOf={({ id }) => id}
        nameOf={({ type }) => eventText(type)}
        columns={COLUMNS}
        height="calc(100vh - 270px)"
      />
    </Page>
  );
}
