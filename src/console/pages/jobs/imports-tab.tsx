import { Anchor } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import type { ImportOrderField, ImportRowFragment, ImportState } from '../../api/types.documents.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { FilteredList } from '../../parts/filtered-list.tsx';
import { PageButton, PageLink } from '../../parts/links.tsx';
import { Empty } from '../../parts/states.tsx';
import { State, type Tone } from '../../parts/status.tsx';
import { useList } from '../../parts/use-list.ts';
import { When } from '../../parts/when.tsx';
import { numberText } from '../../texts/common.ts';
import { importTexts } from '../../texts/import.ts';
import { importStateTexts, importsTexts as texts } from '../../texts/job.ts';
import { Imports } from './jobs.documents.ts';

const PAGE_SIZE = 50;

const TONES: Record<ImportState, Tone> = {
  FAILED: 'bad',
  FINISHED: 'good',
  INTERRUPTED: 'warn',
  RUNNING: 'busy',
  WAITING: 'quiet',
};

const COLUMNS: readonly Column<ImportRowFragment, ImportOrderField>[] = [
  {
    id: 'name',
    label: texts.columns.name,
    cell: ({ id, key, format, dryRun }) => (
      <PageLink to="/provision/many" search={{ import: id }}>
        {key ?? format}
        {dryRun && texts.checked}
      </PageLink>
    ),
  },
  {
    id: 'state',
    label: texts.columns.state,
    order: 'STATE',
    cell: ({ state }) => <State tone={TONES[state]}>{importStateTexts[state]}</State>,
  },
  {
    id: 'read',
    label: texts.columns.read,
    order: 'ROWS_READ',
    cell: ({ rowsRead }) => numberText(rowsRead),
  },
  { id: 'created', label: texts.columns.created, cell: ({ rowsCreated }) => numberText(rowsCreated) },
  { id: 'updated', label: texts.columns.updated, cell: ({ rowsUpdated }) => numberText(rowsUpdated) },
  {
    id: 'refused',
    label: texts.columns.refused,
    order: 'ROWS_REFUSED',
    cell: ({ rowsRefused, refusedRowsUrl }) =>
      refusedRowsUrl ? (
        <Anchor size="sm" href={refusedRowsUrl} download aria-label={texts.refusedLabel(rowsRefused)}>
          {numberText(rowsRefused)}
        </Anchor>
      ) : (
        numberText(rowsRefused)
      ),
  },
  { id: 'by', label: texts.columns.by, order: 'STARTED_BY', cell: ({ startedBy }) => startedBy },
  { id: 'at', label: texts.columns.at, order: 'ID', cell: ({ startedAt }) => <When at={startedAt} /> },
];

/** Files of devices that were sent. */
export function ImportsTab() {
  const list = useList(Imports, { pageOf: (data) => data.imports, size: PAGE_SIZE, columns: COLUMNS });
  return (
    <FilteredList
      list={list}
      of="IMPORT"
      placeholder={texts.filterPlaceholder}
      empty={
        <Empty
          icon={<IconFileImport size={40} stroke={1.4} />}
          title={texts.emptyTitle}
          action={<PageButton to="/provision/many">{importTexts.link}</PageButton>}
        />
      }
    >
      <DataTable
        {...list.table}
        label={texts.table}
        keyOf={({ id }) => id}
        nameOf={({ key, format }) => key ?? format}
        height="calc(100vh - 320px)"
      />
    </FilteredList>
  );
}
