import { Button } from '@mantine/core';
import {
  IconArrowsExchange,
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
import type { Released } from './released.tsx';
import type { TargetSelection } from './selection.ts';

/** Each with its picture and the permissions that it needs. */
const KINDS: readonly (readonly [BulkKind, ComponentType<{ size?: number }>, ...Permission[]])[] = [
  ['tag', IconTag, 'UPDATE_TARGET'],
  ['untag', IconTagOff, 'UPDATE_TARGET'],
  ['type', IconVersions, 'UPDATE_TARGET'],
  ['group', IconFolder, 'UPDATE_TARGET'],
  ['assign', IconDownload, 'UPDATE_TARGET'],
  ['rotate', IconKey, 'UPDATE_TARGET'],
  ['release', IconArrowsExchange, 'DELETE_TARGET', 'UPDATE_TARGET'],
  ['delete', IconTrash, 'DELETE_TARGET'],
];

const BulkDialog = lazyPart(async () => (await import('./bulk-dialog.tsx')).BulkDialog);

const ReleasedDialog = lazyPart(async () => (await import('./released.tsx')).ReleasedDialog);

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
  const [released, setReleased] = useState<Released>();
  return (
    <>
      <SelectionBar selection={selection} total={total} pageCount={pageCount}>
        {(count) => (
          <>
            {KINDS.filter(([, , ...needed]) => needed.every((one) => may(one))).map(([it, Icon]) => (
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
                  onDone={(shown) => {
                    setKind(undefined);
                    setReleased(shown);
                    selection.clear();
                  }}
                />
              )}
            </Suspense>
          </>
        )}
      </SelectionBar>
      <Suspense>
        {released && <ReleasedDialog released={released} onClose={() => setReleased(undefined)} />}
      </Suspense>
    </>
  );
}
