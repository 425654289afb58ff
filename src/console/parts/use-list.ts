import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { AnyVariables, DocumentInput } from 'urql';
import { type Loaded, useData } from '../api/use-data.ts';
import type { Column } from './data-table.tsx';
import { type FilterFault, filterFaultsOf } from './filter-fault.tsx';
import type { PagerProps } from './pager.tsx';
import { type ListSearch, type Place, pageArguments } from './place.ts';

export interface ListPage<Row> {
  nodes: readonly Row[];
  /** It may be known later than the rows. */
  totalCount?: number | undefined;
  pageInfo: PagerProps['info'];
}

/** A page of a list, as the address says which. */
export interface List<Row> {
  of: Loaded<unknown>;
  page: ListPage<Row> | undefined;
  size: number;
  place: Place;
  onMove: (place: Place) => void;
  filter: string;
  faults: readonly FilterFault[];
  setFilter: (filter: string) => void;
  /** There is nothing at all, filtered or not. */
  isEmpty: boolean;
  /** What a table of it needs. */
  table: {
    rows: readonly Row[] | undefined;
    columns: readonly Column<Row>[];
    sort: string | undefined;
    onSort: (sort: string | undefined) => void;
  };
}

interface ListOptions<T, Row> {
  pageOf: (data: T) => ListPage<Row> | undefined;
  size: number;
  columns?: readonly Column<Row>[];
  /** What the query takes beside filter, order and place. */
  variables?: object;
}

/** Asks for a page of a list. Filter, order and place are in the address, beside whatever else is there. */
export function useList<T, V extends AnyVariables, Row extends object>(
  query: DocumentInput<T, V>,
  { pageOf, size, columns = [], variables }: ListOptions<T, Row>,
): List<Row> {
  const search = useSearch({ strict: false }) as ListSearch;
  const { filter = '', sort, after, before, from } = search;
  const go = useGo();
  // One way back leads to before all of what was typed.
  const [isFiltering, setFiltering] = useState(false);
  const asked = { ...variables, filter: filter || undefined, orderBy: orderOf(columns, sort) };
  const of = useData(query, { ...asked, ...pageArguments(search, size) } as unknown as V, { keep: true });
  const page = of.data === undefined ? undefined : pageOf(of.data);
  const isFirst = after === undefined && before === undefined;
  return {
    of,
    page,
    size,
    place: { after, before, from },
    onMove: (place) => go({ filter, sort, ...place }),
    filter,
    faults: filterFaultsOf(of.error),
    setFilter(next) {
      setFiltering(true);
      go({ filter: next, sort }, isFiltering);
    },
    isEmpty: page?.nodes.length === 0 && isFirst && filter === '' && !of.stale,
    table: { rows: page?.nodes, columns, sort, onSort: (next) => go({ filter, sort: next }) },
  };
}

function useGo() {
  const navigate = useNavigate();
  return ({ filter, ...search }: ListSearch & { sort?: string | undefined }, replace = false) =>
    void navigate({
      to: '.',
      search: (({ after, before, from, ...others }: Place) => ({
        ...others,
        ...search,
        filter: filter || undefined,
      })) as never,
      replace,
    });
}

/** The order that the address names, if it is one. */
function orderOf<Row>(columns: readonly Column<Row>[], sort: string | undefined) {
  const field = columns.find(({ id }) => id === sort?.replace(/^-/, ''))?.order;
  return field && [{ field, direction: sort!.startsWith('-') ? 'DESC' : 'ASC' }];
}
