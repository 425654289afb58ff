import { ActionIcon, Group, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconChevronsLeft } from '@tabler/icons-react';
import { tableTexts } from '../texts/table.ts';
import type { Place } from './place.ts';

interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

export interface PagerProps {
  place: Place;
  size: number;
  count: number;
  total: number | undefined;
  info: PageInfo | undefined;
  onMove: (place: Place) => void;
}

/** Leads through the pages of a list. */
export function Pager({ place, size, count, total, info, onMove }: PagerProps) {
  const from = place.from ?? 0;
  const isFirst = !info?.hasPreviousPage && !place.after;
  return (
    <Group gap="xs" justify="flex-end">
      <Text size="sm" c="dimmed" className="numbers" aria-live="polite">
        {count > 0 && tableTexts.range(from + 1, from + count, total)}
      </Text>
      <ActionIcon
        variant="default"
        aria-label={tableTexts.first}
        disabled={isFirst}
        onClick={() => onMove({})}
      >
        <IconChevronsLeft size={16} />
      </ActionIcon>
      <ActionIcon
        variant="default"
        aria-label={tableTexts.previous}
        disabled={isFirst || !info?.startCursor}
        onClick={() =>
          onMove(from <= size ? {} : { before: info?.startCursor ?? undefined, from: from - size })
        }
      >
        <IconChevronLeft size={16} />
      </ActionIcon>
      <ActionIcon
        variant="default"
        aria-label={tableTexts.next}
        disabled={!info?.hasNextPage}
        onClick={() => onMove({ after: info?.endCursor ?? undefined, from: from + count })}
      >
        <IconChevronRight size={16} />
      </ActionIcon>
    </Group>
  );
}
