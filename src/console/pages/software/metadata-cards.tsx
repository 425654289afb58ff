import { Switch } from '@mantine/core';
import type { ModuleFullFragment, SetFullFragment } from '../../api/types.documents.ts';
import { refusalOf, useChange } from '../../api/use-change.ts';
import { EntriesCard } from '../../parts/entries-card.tsx';
import { tell } from '../../parts/tell.ts';
import { metadataTexts as texts } from '../../texts/software.ts';
import { targetTexts } from '../../texts/target.ts';
import {
  ChangeModuleMetadata,
  ChangeSetMetadata,
  RemoveModuleMetadata,
  RemoveSetMetadata,
} from './software.documents.ts';

/** What people note about a set. */
export function SetMetadataCard({ set: { id, metadata, viewerCan } }: { set: SetFullFragment }) {
  const [change] = useChange(ChangeSetMetadata);
  const [remove] = useChange(RemoveSetMetadata);
  return (
    <EntriesCard
      title={targetTexts.metadata}
      hint={texts.setHint}
      entries={metadata ?? []}
      mayEdit={viewerCan.update}
      save={async ({ key, value }) => refusalOf(await change({ input: { id, entries: [{ key, value }] } }))}
      remove={async (key) => refusalOf(await remove({ input: { id, keys: [key] } }))}
    />
  );
}

/** What people note about a module; each entry may also be told to the devices that get it. */
export function ModuleMetadataCard({ module }: { module: ModuleFullFragment }) {
  const { id, viewerCan } = module;
  const metadata = module.metadata ?? [];
  const [change, changing] = useChange(ChangeModuleMetadata);
  const [remove] = useChange(RemoveModuleMetadata);
  const isTold = (key: string) => metadata.find((entry) => entry.key === key)?.targetVisible ?? false;
  return (
    <EntriesCard
      title={targetTexts.metadata}
      hint={texts.moduleHint}
      entries={metadata}
      mayEdit={viewerCan.update}
      save={async ({ key, value }) => {
        const entries = [{ key, value, targetVisible: isTold(key) }];
        return refusalOf(await change({ input: { id, entries } }));
      }}
      remove={async (key) => refusalOf(await remove({ input: { id, keys: [key] } }))}
      beside={({ key, value }) => (
        <Switch
          size="xs"
          label={texts.told}
          aria-label={texts.toldLabel(key)}
          checked={isTold(key)}
          disabled={!viewerCan.update || changing}
          onChange={async ({ currentTarget: { checked: targetVisible } }) => {
            const outcome = await change({ input: { id, entries: [{ key, value, targetVisible }] } });
            tell(outcome, targetTexts.entrySaved(key));
          }}
        />
      )}
    />
  );
}
