import { Group } from '@mantine/core';
import type { ComponentProps, ReactNode } from 'react';
import { ListTable } from './list-table.tsx';
import { Empty } from './states.tsx';

/** A list with what adds to it above; as long as there is nothing, that stands where it says so. */
export function CreatedList<Row extends object>({
  create,
  icon,
  emptyTitle,
  emptyHint,
  ...list
}: Omit<ComponentProps<typeof ListTable<Row>>, 'empty'> & {
  create: ReactNode;
  icon: ReactNode;
  emptyTitle: string;
  emptyHint?: string;
}) {
  return (
    <>
      {create && list.page?.totalCount !== 0 && (
        <Group justify="flex-end" mb="md">
          {create}
        </Group>
      )}
      <ListTable<Row>
        {...list}
        empty={<Empty icon={icon} title={emptyTitle} hint={emptyHint} action={create} />}
      />
    </>
  );
}
