import { Group } from '@mantine/core';
import { type ReactNode, useMemo, useState } from 'react';
import type { AnyVariables, DocumentInput } from 'urql';
import type { FilterEntity } from '../../api/types.documents.ts';
import type { Outcome } from '../../api/use-change.ts';
import { CreateButton } from '../../parts/create-button.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { EditButton } from '../../parts/edit-button.tsx';
import { FilteredList } from '../../parts/filtered-list.tsx';
import { RemoveButton } from '../../parts/remove-button.tsx';
import { Empty } from '../../parts/states.tsx';
import { type ListPage, useList } from '../../parts/use-list.ts';
import { common } from '../../texts/common.ts';

const PAGE_SIZE = 100;

/** What is said of a list, and of what is in it. */
export interface EditedListTexts {
  table: string;
  filterPlaceholder: string;
  create: string;
  editLabel: (name: string) => string;
  removeLabel: (name: string) => string;
  removeText: string;
  removed: string;
  emptyTitle: string;
  emptyHint?: string;
}

interface Editable {
  id: string;
  viewerCan: { update: boolean; delete: boolean };
}

/** A list of what one makes, changes and deletes in a dialog. */
export function EditedList<T, V extends AnyVariables, Row extends Editable>({
  query,
  pageOf,
  of,
  texts,
  icon,
  columns,
  nameOf,
  mayCreate = false,
  remove,
  dialog,
}: {
  query: DocumentInput<T, V>;
  pageOf: (data: T) => ListPage<Row> | undefined;
  /** What is filtered. */
  of: FilterEntity;
  texts: EditedListTexts;
  icon: ReactNode;
  columns: readonly Column<Row>[];
  nameOf: (row: Row) => string;
  mayCreate?: boolean | undefined;
  remove: (id: string) => Promise<Outcome<unknown>>;
  /** Makes one, or changes the one given. */
  dialog: (row: Row | undefined, onClose: () => void) => ReactNode;
}) {
  const [edited, setEdited] = useState<Row | 'new'>();
  const actions: Column<Row> = {
    id: 'actions',
    label: common.actions,
    cell: (row) => (
      <Group gap={4} wrap="nowrap">
        {row.viewerCan.update && (
          <EditButton label={texts.editLabel(nameOf(row))} onClick={() => setEdited(row)} />
        )}
        {row.viewerCan.delete && (
          <RemoveButton
            label={texts.removeLabel(nameOf(row))}
            text={texts.removeText}
            told={texts.removed}
            remove={() => remove(row.id)}
          />
        )}
      </Group>
    ),
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: they are the same all the time
  const all = useMemo(() => [...columns, actions], []);
  const list = useList(query, { pageOf, size: PAGE_SIZE, columns: all });
  const create = mayCreate && <CreateButton label={texts.create} onClick={() => setEdited('new')} />;
  return (
    <>
      <FilteredList
        list={list}
        of={of}
        placeholder={texts.filterPlaceholder}
        beside={create}
        empty={<Empty icon={icon} title={texts.emptyTitle} hint={texts.emptyHint} action={create} />}
      >
        <DataTable {...list.table} label={texts.table} keyOf={({ id }) => id} nameOf={nameOf} />
      </FilteredList>
      {edited && dialog(edited === 'new' ? undefined : edited, () => setEdited(undefined))}
    </>
  );
}
