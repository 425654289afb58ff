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
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import type { WordsTexts } from '../../texts/words.ts';

const PAGE_SIZE = 100;

/** A word by which targets are told apart: a tag, or a type. */
interface Word {
  id: string;
  name: string;
  description?: string | null;
  lastModifiedAt: string;
  viewerCan: { update: boolean; delete: boolean };
}

/** Words with their descriptions, to be made, changed and deleted. */
export function WordsTab<T, V extends AnyVariables, W extends Word>({
  query,
  pageOf,
  of,
  texts,
  icon,
  columns = NO_COLUMNS,
  mayCreate,
  remove,
  dialog,
}: {
  query: DocumentInput<T, V>;
  pageOf: (data: T) => ListPage<W> | undefined;
  of: FilterEntity;
  texts: WordsTexts;
  icon: ReactNode;
  /** What is shown beside names and descriptions. */
  columns?: readonly Column<W>[];
  mayCreate: boolean;
  remove: (id: string) => Promise<Outcome<unknown>>;
  /** Makes one, or changes the one given. */
  dialog: (word: W | undefined, onClose: () => void) => ReactNode;
}) {
  const [edited, setEdited] = useState<W | 'new'>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: they are the same all the time
  const all = useMemo(() => columnsOf(texts, columns, remove, setEdited), []);
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
        <DataTable {...list.table} label={texts.table} keyOf={({ id }) => id} nameOf={({ name }) => name} />
      </FilteredList>
      {edited && dialog(edited === 'new' ? undefined : edited, () => setEdited(undefined))}
    </>
  );
}

const NO_COLUMNS: readonly never[] = [];

const columnsOf = <W extends Word>(
  texts: WordsTexts,
  more: readonly Column<W>[],
  remove: (id: string) => Promise<Outcome<unknown>>,
  edit: (word: W) => void,
): readonly Column<W>[] => [
  { id: 'name', label: texts.columns.name, order: 'NAME', cell: ({ name }) => name },
  {
    id: 'description',
    label: texts.columns.description,
    most: 420,
    cell: ({ description }) => description || common.none,
  },
  ...more,
  {
    id: 'changed',
    label: texts.columns.changed,
    order: 'LAST_MODIFIED_AT',
    cell: ({ lastModifiedAt }) => <When at={lastModifiedAt} />,
  },
  {
    id: 'actions',
    label: common.actions,
    cell: (word) => (
      <Group gap={4} wrap="nowrap">
        {word.viewerCan.update && (
          <EditButton label={texts.editLabel(word.name)} onClick={() => edit(word)} />
        )}
        {word.viewerCan.delete && (
          <RemoveButton
            label={texts.removeLabel(word.name)}
            text={texts.removeText}
            told={texts.removed}
            remove={() => remove(word.id)}
          />
        )}
      </Group>
    ),
  },
];
