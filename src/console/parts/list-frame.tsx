import { Button } from '@mantine/core';
import { IconFilterOff } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Loaded } from '../api/use-data.ts';
import { tableTexts as texts } from '../texts/table.ts';
import type { FilterFault } from './filter-fault.tsx';
import { Pager } from './pager.tsx';
import type { Place } from './place.ts';
import { isBadInput } from './reason.ts';
import { Empty, Failed } from './states.tsx';
import type { ListPage } from './use-list.ts';

/** The filter of a list that has one above it. */
export interface ListFilter {
  text: string;
  faults: readonly FilterFault[];
  /** What is said where nothing matches it. */
  nothing: string;
  clear: () => void;
}

/** Around what shows a page of a list: what leads to the next one; or what there is to say where nothing is. */
export function ListFrame({
  of,
  page,
  place,
  size,
  onMove,
  filter,
  empty,
  children,
}: {
  of: Loaded<unknown>;
  page: ListPage<unknown> | undefined;
  place: Place;
  size: number;
  onMove: (place: Place) => void;
  filter?: ListFilter;
  /** What is shown where there is nothing yet. */
  empty: ReactNode;
  children: ReactNode;
}) {
  const isFirst = place.after === undefined && place.before === undefined;
  if (!page && filter?.faults.length)
    return <Unfiltered title={texts.faultTitle} hint={texts.faultHint} of={filter} />;
  if (!page && of.error) {
    // A place that is none will never be one: its first page is.
    const reload = isBadInput(of.error) && !isFirst ? () => onMove({}) : of.reload;
    return <Failed error={of.error} reload={reload} />;
  }
  if (page?.nodes.length === 0 && isFirst && !of.stale)
    return filter?.text ? <Unfiltered title={filter.nothing} hint={texts.nothingHint} of={filter} /> : empty;
  const isWhole = isFirst && page?.totalCount === page?.nodes.length;
  return (
    <>
      {children}
      {(filter || (page && !isWhole)) && (
        <Pager
          place={place}
          size={size}
          count={page?.nodes.length ?? 0}
          total={page?.totalCount}
          info={page?.pageInfo}
          onMove={onMove}
        />
      )}
    </>
  );
}

const Unfiltered = ({ title, hint, of }: { title: string; hint: string; of: ListFilter }) => (
  <Empty
    icon={<IconFilterOff size={40} stroke={1.4} />}
    title={title}
    hint={hint}
    action={
      <Button variant="default" onClick={of.clear}>
        {texts.clearFilter}
      </Button>
    }
  />
);
