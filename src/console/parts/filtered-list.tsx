import { Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import type { FilterEntity } from '../api/types.documents.ts';
import { tableTexts as texts } from '../texts/table.ts';
import { FilterField } from './filter-field.tsx';
import { ListFrame } from './list-frame.tsx';
import { isForbidden } from './reason.ts';
import { Refused } from './states.tsx';
import type { List } from './use-list.ts';

/** A list under its filter. As long as there is nothing to filter, that alone is said. */
export function FilteredList<Row>({
  list,
  of,
  placeholder,
  nothing = texts.nothing,
  empty,
  beside,
  above,
  children,
}: {
  list: List<Row>;
  /** What is filtered. */
  of: FilterEntity;
  placeholder?: string;
  /** What is said where nothing matches the filter. */
  nothing?: string;
  /** What is shown where there is nothing yet. */
  empty: ReactNode;
  /** What stands beside the filter. */
  beside?: ReactNode;
  /** What stands between the filter and the list. */
  above?: ReactNode;
  /** Shows the page. */
  children: ReactNode;
}) {
  const { filter, faults, setFilter } = list;
  if (list.isEmpty) return empty;
  if (!list.page && isForbidden(list.of.error)) return <Refused />;
  return (
    <Stack gap="md">
      <Group gap="xs" align="flex-start">
        <FilterField of={of} placeholder={placeholder} value={filter} faults={faults} onChange={setFilter} />
        {beside}
      </Group>
      {above}
      <ListFrame
        {...list}
        filter={{ text: filter, faults, nothing, clear: () => setFilter('') }}
        empty={empty}
      >
        {children}
      </ListFrame>
    </Stack>
  );
}
