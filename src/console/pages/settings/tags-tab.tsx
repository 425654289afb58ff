import { IconTags } from '@tabler/icons-react';
import type { TagWordFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { done } from '../../parts/notify.tsx';
import { wordsTexts } from '../../texts/words.ts';
import { WordFields } from './word-fields.tsx';
import { ChangeTag, CreateTags, DeleteTag, TagWords } from './words.documents.ts';
import { WordsTab } from './words-tab.tsx';

const texts = wordsTexts.tags;

/** The tags that targets can have. */
export function TagsTab() {
  const { can } = useViewer();
  const [remove] = useChange(DeleteTag);
  return (
    <WordsTab
      query={TagWords}
      pageOf={({ targetTags }) => targetTags}
      of="TARGET_TAG"
      texts={texts}
      icon={<IconTags size={40} stroke={1.4} />}
      mayCreate={can.createTargetTags ?? false}
      remove={(id) => remove({ input: { id } })}
      dialog={(tag: TagWordFragment | undefined, onClose) => <TagDialog tag={tag} onClose={onClose} />}
    />
  );
}

function TagDialog({ tag, onClose }: { tag: TagWordFragment | undefined; onClose: () => void }) {
  const [create] = useChange(CreateTags);
  const [change] = useChange(ChangeTag);
  return (
    <FormDialog
      title={tag ? texts.editLabel(tag.name) : texts.create}
      action={tag ? texts.save : texts.submit}
      fields={['name', 'description']}
      onClose={onClose}
      run={async (form) => {
        const name = typedIn(form, 'name') ?? '';
        const given = { name, description: typedIn(form, 'description') ?? null };
        const outcome = tag
          ? await change({ input: { id: tag.id, ...given } })
          : await create({ input: { targetTags: [given] } });
        if (outcome?.faults.length === 0) void done(texts.saved(name));
        return outcome?.faults;
      }}
    >
      {(faultOf) => <WordFields word={tag} faultOf={faultOf} />}
    </FormDialog>
  );
}
