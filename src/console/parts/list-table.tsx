import type { ReactNode } from 'react';
import type { Loaded } from '../api/use-data.ts';
import { DataTable, type DataTableProps } from './data-table.tsx';
import { Pager, type PagerProps } from './pager.tsx';
import type { Place } from './place.ts';
import { Failed } from './states.tsx';

export interface Page<Row> {
  nodes: readonly Row[];
  totalCount: number;
  pageInfo: PagerProps['info'];
}

/** A page of a list as a table, with what leads to the next; or what there is to say where nothing is. */
export function ListTable<Row extends object>({
  of,
  page,
  place,
  size,
  onMove,
  empty,
  ...table
}: Omit<DataTableProps<Row>, 'rows'> & {
  of: Loaded<unknown>;
  page: Page<Row> | undefined;
  place: Place;
  size: number;
  onMove: (place: Place) => void;
  empty: ReactNode;
}) {
  if (of.error && !page) return <Failed error={of.error} reload={of.reload} />;
  if (page?.totalCount === 0 && !of.stale) return empty;
  return (
    <>
      <DataTable {...table} rows={page?.nodes} />
      {page && page.totalCount > page.nodes.length && (
        <Pager
          place={place}
          size={size}
          count={page.nodes.length}
          total={page.totalCount}
          info={page.pageInfo}
          onMove={onMove}
        />
      )}
    </>
  );
}
