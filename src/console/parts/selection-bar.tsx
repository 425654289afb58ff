import { ActionIcon, Button, Group, Text, Tooltip } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { common } from '../texts/common.ts';
import { tableTexts } from '../texts/table.ts';
import classes from './selection-bar.module.css';

/** What of a list is selected: single items, or all that match. */
export interface Selected {
  keys: ReadonlySet<string>;
  isAll: boolean;
  selectAll: () => void;
  clear: () => void;
}

/** How many are selected, what can be done with them, and whether all shall be. It is there only while some are. */
export function SelectionBar({
  selection,
  total,
  pageCount,
  maySelectAll = true,
  children,
}: {
  selection: Selected;
  /** How many match. */
  total: number | undefined;
  /** How many are on the page. */
  pageCount: number;
  maySelectAll?: boolean;
  children: (count: number) => ReactNode;
}) {
  const count = selection.isAll ? (total ?? 0) : selection.keys.size;
  if (count === 0) return null;
  const canSelectAll =
    maySelectAll &&
    !selection.isAll &&
    total !== undefined &&
    total > selection.keys.size &&
    selection.keys.size >= Math.min(pageCount, total);
  return (
    <Group gap="xs" className={classes.bar} role="region" aria-label={common.actions}>
      <Text size="sm" fw={600} className="numbers" aria-live="polite">
        {selection.isAll ? tableTexts.allSelected(count) : tableTexts.selected(count)}
      </Text>
      <Tooltip label={tableTexts.clear}>
        <ActionIcon variant="subtle" color="gray" aria-label={tableTexts.clear} onClick={selection.clear}>
          <IconX size={16} />
        </ActionIcon>
      </Tooltip>
      {canSelectAll && (
        <Button size="xs" variant="subtle" onClick={selection.selectAll}>
          {tableTexts.selectAll(total)}
        </Button>
      )}
      {children(count)}
    </Group>
  );
}
