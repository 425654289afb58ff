import { Button, Group, Text } from '@mantine/core';
import {
  IconDownload,
  IconFolder,
  IconKey,
  IconTag,
  IconTagOff,
  IconTrash,
  IconVersions,
} from '@tabler/icons-react';
import { type ComponentType, lazy, Suspense, useState } from 'react';
import type { Permission } from '../../api/permissions.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { common } from '../../texts/common.ts';
import { tableTexts } from '../../texts/table.ts';
import { bulkTexts as texts } from '../../texts/targets.ts';
import classes from './bulk-bar.module.css';
import type { BulkKind } from './bulk-kind.ts';
import type { TargetSelection } from './selection.ts';

const KINDS: readonly (readonly [BulkKind, ComponentType<{ size?: number }>, Permission])[] = [
  ['tag', IconTag, 'UPDATE_TARGET'],
  ['untag', IconTagOff, 'UPDATE_TARGET'],
  ['type', IconVersions, 'UPDATE_TARGET'],
  ['group', IconFolder, 'UPDATE_TARGET'],
  ['assign', IconDownload, 'UPDATE_TARGET'],
  ['rotate', IconKey, 'UPDATE_TARGET'],
  ['delete', IconTrash, 'DELETE_TARGET'],
];

const BulkDialog = lazy(async () => ({ default: (await import('./bulk-dialog.tsx')).BulkDialog }));

/** What can be done with the selected targets. Its place is kept while nothing is selected, so that nothing jumps. */
export function BulkBar({
  selection,
  total,
  pageCount,
}: {
  selection: TargetSelection;
  total: number | undefined;
  pageCount: number;
}) {
  const { may } = useViewer();
  const [kind, setKind] = useState<BulkKind>();
  const count = selection.isAll ? (total ?? 0) : selection.keys.size;
  if (count === 0) return null;
  const canSelectAll =
    !selection.isAll &&
    total !== undefined &&
    total > selection.keys.size &&
    selection.keys.size >= Math.min(pageCount, total);
  return (
    <Group gap="xs" className={classes.bar} role="region" aria-label={common.actions}>
      <Text size="sm" fw={600} className="numbers" aria-live="polite">
        {selection.isAll ? tableTexts.allSelected(count) : tableTexts.selected(count)}
      </Text>
      {canSelectAll && (
        <Button size="xs" variant="subtle" onClick={selection.selectAll}>
          {tableTexts.selectAll(total)}
        </Button>
      )}
      {KINDS.filter(([, , needed]) => may(needed)).map(([it, Icon]) => (
        <Button
          key={it}
          size="xs"
          variant="default"
          leftSection={<Icon size={14} />}
          onClick={() => setKind(it)}
        >
          {texts[it]}
        </Button>
      ))}
      <Button size="xs" variant="subtle" onClick={selection.clear}>
        {tableTexts.clear}
      </Button>
      <Suspense>
        {kind && (
          <BulkDialog
            kind={kind}
            count={count}
            targets={selection.targets}
            onClose={() => setKind(undefined)}
            onDone={() => {
              setKind(undefined);
              selection.clear();
            }}
          />
        )}
      </Suspense>
    </Group>
  );
}
