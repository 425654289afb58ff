import type { TargetFullFragment } from '../../api/types.documents.ts';
import { refusalOf, useChange } from '../../api/use-change.ts';
import { EntriesCard } from '../../parts/entries-card.tsx';
import { targetTexts as texts } from '../../texts/target.ts';
import { ChangeAttributes, ChangeMetadata, RemoveMetadata } from './target.documents.ts';

/** What the device says of itself. */
export function AttributesCard({ target: { id, attributes, viewerCan } }: { target: TargetFullFragment }) {
  const [change] = useChange(ChangeAttributes);
  const targets = { ids: [id] };
  return (
    <EntriesCard
      title={texts.attributes}
      hint={texts.attributesHint}
      entries={attributes ?? []}
      mayEdit={viewerCan.update}
      save={async (entry) => refusalOf(await change({ input: { targets, attributes: [entry] } }))}
      remove={async (key) =>
        refusalOf(await change({ input: { targets, attributes: [{ key }], mode: 'REMOVE' } }))
      }
    />
  );
}

/** What people note about it. */
export function MetadataCard({ target: { id, metadata, viewerCan } }: { target: TargetFullFragment }) {
  const [change] = useChange(ChangeMetadata);
  const [remove] = useChange(RemoveMetadata);
  const targets = { ids: [id] };
  return (
    <EntriesCard
      title={texts.metadata}
      hint={texts.metadataHint}
      entries={metadata ?? []}
      mayEdit={viewerCan.update}
      save={async (entry) => refusalOf(await change({ input: { targets, entries: [entry] } }))}
      remove={async (key) => refusalOf(await remove({ input: { targets, keys: [key] } }))}
    />
  );
}
