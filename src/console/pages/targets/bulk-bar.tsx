import { Button } from '@mantine/core';
import {
  IconDownload,
  IconFolder,
  IconKey,
  IconTag,
  IconTagOff,
  IconTrash,
  IconVersions,
} from '@tabler/icons-react';
import { type ComponentType, Suspense, useState } from 'react';
import type { Permission } from '../../api/types.documents.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { lazyPart } from '../../parts/lazy-part.ts';
import { SelectionBar } from '../../parts/selection-bar.tsx';
import { bulkTexts as texts } from '../../texts/targets.ts';
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

const BulkDialog = lazyPart(async () => (await import('./bulk-dialog.tsx')).BulkDialog);

/** What can be done with the selected targets. */
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
  return (
    <SelectionBar selection={selection} total={total} pageCount={pageCount}>
      {(count) => (
        <>
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
        </>
      )}
    </SelectionBar>
  );
}
