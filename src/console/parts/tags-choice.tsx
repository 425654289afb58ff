import { Group, MultiSelect } from '@mantine/core';
import type { Outcome } from '../api/use-change.ts';
import { tagsTexts as texts } from '../texts/words.ts';
import { done, failure } from './notify.tsx';
import { TagBadge } from './tag-badge.tsx';

interface Tag {
  id: string;
  name: string;
  color?: string | null;
}

/** The tags of something: who may change it chooses them where they stand, and can undo that. */
export function TagsChoice({
  tags,
  known,
  mayEdit,
  onOpen,
  add,
  remove,
}: {
  tags: readonly Tag[];
  /** Those that it can have; not known before somebody asks. */
  known: readonly Tag[] | undefined;
  mayEdit: boolean;
  onOpen: () => void;
  add: (ids: string[]) => Promise<Outcome<unknown>>;
  remove: (ids: string[]) => Promise<Outcome<unknown>>;
}) {
  const chosen = tags.map(({ id }) => id);

  async function change(ids: readonly string[], now: readonly string[], isUndo = false) {
    const added = ids.filter((id) => !now.includes(id));
    const removed = now.filter((id) => !ids.includes(id));
    const outcomes = [
      ...(added.length > 0 ? [await add(added)] : []),
      ...(removed.length > 0 ? [await remove(removed)] : []),
    ];
    const fault = outcomes.flatMap((outcome) => outcome?.faults ?? [])[0];
    if (fault) void failure(fault.message);
    else if (outcomes.every((outcome) => outcome !== undefined))
      void done(texts.saved, isUndo ? undefined : () => void change(now, ids, true));
  }

  if (!mayEdit) {
    if (tags.length === 0) return <>{texts.none}</>;
    return (
      <Group gap={4}>
        {tags.map((tag) => (
          <TagBadge key={tag.id} tag={tag} />
        ))}
      </Group>
    );
  }
  return (
    <MultiSelect
      size="xs"
      aria-label={texts.label}
      placeholder={tags.length === 0 ? texts.none : undefined}
      data={(known ?? tags).map(({ id, name }) => ({ value: id, label: name }))}
      value={chosen}
      onChange={(ids) => void change(ids, chosen)}
      onDropdownOpen={onOpen}
      nothingFoundMessage={texts.noSuch}
      searchable
      maw={360}
      my={-4}
    />
  );
}
