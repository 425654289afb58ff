import { Checkbox, Skeleton } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import {
  type ColumnDef,
  columnVisibilityFeature,
  createCoreRowModel,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useMemo, useRef } from 'react';
import { common } from '../texts/common.ts';
import { tableTexts } from '../texts/table.ts';
import classes from './data-table.module.css';

export interface Column<Row, Order extends string = string> {
  id: string;
  label: string;
  cell: (row: Row) => ReactNode;
  /** What the API calls the order by it, if there is one. */
  order?: Order;
  /** How wide it may be, in pixels. */
  most?: number;
}

export interface Selection {
  isSelected: (key: string) => boolean;
  toggle: (keys: readonly string[], on: boolean) => void;
}

export interface DataTableProps<Row> {
  label: string;
  rows: readonly Row[] | undefined;
  keyOf: (row: Row) => string;
  /** What a row is called, for those who hear the table. */
  nameOf: (row: Row) => string;
  columns: readonly Column<Row>[];
  /** The columns that are hidden. */
  hidden?: readonly string[];
  /** `-name`: descending. */
  sort?: string;
  onSort?: (sort: string | undefined) => void;
  selection?: Selection;
  /** An answer to something else than what is shown is on its way. */
  stale?: boolean;
  height?: string;
}

const ROW_HEIGHT = 44;
const WAITING_ROWS = 8;
const features = tableFeatures({ columnVisibilityFeature });

/** A table that draws only the rows in sight, however many it has. Its head stays, and rows have one height. */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { rows, columns, hidden = [], keyOf, selection, stale = false } = props;
  const defs = useMemo(
    () =>
      columns.map(
        ({ id, label, cell }): ColumnDef<typeof features, Row> => ({
          id,
          header: label,
          cell: ({ row }) => cell(row.original),
        }),
      ),
    [columns],
  );
  const table = useTable({
    features,
    rowModels: { coreRowModel: createCoreRowModel() },
    columns: defs,
    data: (rows ?? NOTHING) as Row[],
    getRowId: keyOf,
    state: { columnVisibility: Object.fromEntries(hidden.map((id) => [id, false])) },
  } as Parameters<typeof useTable<typeof features, Row>>[0]);
  const frame = useRef<HTMLElement>(null);
  const shown = table.getRowModel().rows;
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
  });
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const visible = columns.filter(({ id }) => !hidden.includes(id));

  return (
    <section
      ref={frame}
      className={classes.frame}
      style={{ maxHeight: props.height }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard
      tabIndex={0}
      aria-label={props.label}
    >
      <table
        className={`${classes.table} ${stale ? classes.stale : ''}`}
        aria-rowcount={rows && rows.length + 1}
        aria-busy={rows === undefined}
      >
        <Head {...props} columns={visible} keys={shown.map(({ id }) => id)} />
        <tbody>
          {rows === undefined && <Waiting columns={visible.length + (selection ? 1 : 0)} />}
          <Space height={before} />
          {items.map(({ index }) => {
            const row = shown[index]!;
            const isSelected = selection?.isSelected(row.id) ?? false;
            return (
              <tr key={row.id} aria-rowindex={index + 2} aria-selected={selection ? isSelected : undefined}>
                {selection && (
                  <td className={classes.check}>
                    <Checkbox
                      size="xs"
                      aria-label={tableTexts.select(props.nameOf(row.original))}
                      checked={isSelected}
                      onChange={(event) => selection.toggle([row.id], event.currentTarget.checked)}
                    />
                  </td>
                )}
                {row.getVisibleCells().map((cell, at) => (
                  <td key={cell.id} style={{ maxWidth: visible[at]?.most }}>
                    <table.FlexRender cell={cell} />
                  </td>
                ))}
              </tr>
            );
          })}
          <Space height={after} />
        </tbody>
      </table>
    </section>
  );
}

const NOTHING: never[] = [];

/** Stands for the rows out of sight. */
const Space = ({ height }: { height: number }) =>
  height > 0 && (
    <tr className={classes.space} aria-hidden>
      <td style={{ height }} />
    </tr>
  );

const Waiting = ({ columns }: { columns: number }) =>
  Array.from({ length: WAITING_ROWS }, (_, row) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
    <tr key={row}>
      {Array.from({ length: columns }, (_, column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <td key={column}>
          <Skeleton height={14} radius="sm" aria-label={common.loading} />
        </td>
      ))}
    </tr>
  ));

function Head<Row>({ columns, keys, selection, sort, onSort }: DataTableProps<Row> & { keys: string[] }) {
  const all = keys.length > 0 && selection !== undefined && keys.every(selection.isSelected);
  const some = !all && selection !== undefined && keys.some(selection.isSelected);
  return (
    <thead>
      <tr aria-rowindex={1}>
        {selection && (
          <th className={classes.check}>
            <Checkbox
              size="xs"
              aria-label={tableTexts.selectPage}
              checked={all}
              indeterminate={some}
              onChange={(event) => selection.toggle(keys, event.currentTarget.checked)}
            />
          </th>
        )}
        {columns.map(({ id, label, order }) => {
          const sortable = order !== undefined;
          const direction = sort === id ? 'ascending' : sort === `-${id}` ? 'descending' : undefined;
          return (
            <th key={id} aria-sort={sortable ? (direction ?? 'none') : undefined}>
              {sortable && onSort ? (
                <button
                  type="button"
                  className={`${classes.sort} ${direction ? classes.sorted : ''}`}
                  onClick={() => onSort(direction === 'ascending' ? `-${id}` : direction ? undefined : id)}
                >
                  {label}
                  {direction === 'ascending' && <IconArrowUp size={14} aria-hidden />}
                  {direction === 'descending' && <IconArrowDown size={14} aria-hidden />}
                </button>
              ) : (
                label
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
