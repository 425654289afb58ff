import { ColorInput, Group } from '@mantine/core';
import { IconTags } from '@tabler/icons-react';
import { useState } from 'react';
import type { FilterEntity } from '../../api/types.documents.ts';
import { type Fault, useChange } from '../../api/use-change.ts';
import { useViewer } from '../../api/use-viewer.ts';
import type { Column } from '../../parts/data-table.tsx';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { done } from '../../parts/notify.tsx';
import { Dot } from '../../parts/tag-badge.tsx';
import { common } from '../../texts/common.ts';
import { type TagTexts, wordsTexts } from '../../texts/words.ts';
import { EditedList } from './edited-list.tsx';
import { wordColumns } from './word-columns.tsx';
import { WordFields } from './word-fields.tsx';
import {
  ChangeSetTag,
  ChangeTag,
  CreateSetTags,
  CreateTags,
  DeleteSetTag,
  DeleteTag,
  SetTagWords,
  TagWords,
} from './words.documents.ts';

interface Tag {
  id: string;
  name: string;
  description: string | null;
  color: string | null;
  lastModifiedAt: string;
  viewerCan: { update: boolean; delete: boolean };
}

type Given = Pick<Tag, 'name' | 'description' | 'color'>;

/** Makes the tag without an id, or changes the one with it. @returns what was refused; nothing if that is told already */
type Save = (id: string | undefined, given: Given) => Promise<readonly Fault[] | undefined>;

/** The tags that targets can have. */
export function TagsTab() {
  const { can } = useViewer();
  const [create] = useChange(CreateTags);
  const [change] = useChange(ChangeTag);
  const [remove] = useChange(DeleteTag);
  const save: Save = async (id, given) =>
    (await (id ? change({ input: { id, ...given } }) : create({ input: { targetTags: [given] } })))?.faults;
  return (
    <EditedList
      {...listOf('TARGET_TAG', wordsTexts.tags, save)}
      query={TagWords}
      pageOf={({ targetTags }) => targetTags}
      mayCreate={can.createTargetTags}
      remove={(id) => remove({ input: { id } })}
    />
  );
}

/** The tags that distribution sets can have. */
export function SetTagsTab() {
  const { can } = useViewer();
  const [create] = useChange(CreateSetTags);
  const [change] = useChange(ChangeSetTag);
  const [remove] = useChange(DeleteSetTag);
  const save: Save = async (id, given) =>
    (await (id ? change({ input: { id, ...given } }) : create({ input: { distributionSetTags: [given] } })))
      ?.faults;
  return (
    <EditedList
      {...listOf('DISTRIBUTION_SET_TAG', wordsTexts.setTags, save)}
      query={SetTagWords}
      pageOf={({ distributionSetTags }) => distributionSetTags}
      mayCreate={can.createDistributionSetTags}
      remove={(id) => remove({ input: { id } })}
    />
  );
}

/** Colors that can be told apart; any other is typed. */
const SWATCHES = [
  '#c92a2a',
  '#d9480f',
  '#e8b100',
  '#2b8a3e',
  '#0b7285',
  '#1d7cf2',
  '#5f3dc4',
  '#a61e4d',
  '#868e96',
];

const COLUMNS: readonly Column<Tag>[] = wordColumns({
  id: 'color',
  label: wordsTexts.color,
  cell: ({ color }) =>
    color ? (
      <Group gap={6} wrap="nowrap">
        <Dot color={color} />
        {color}
      </Group>
    ) : (
      common.none
    ),
});

/** What both lists have alike. */
const listOf = (of: FilterEntity, texts: TagTexts, save: Save) => ({
  of,
  texts,
  icon: <IconTags size={40} stroke={1.4} />,
  columns: COLUMNS,
  nameOf: ({ name }: Tag) => name,
  dialog: (tag: Tag | undefined, onClose: () => void) => (
    <TagDialog tag={tag} texts={texts} save={save} onClose={onClose} />
  ),
});

function TagDialog({
  tag,
  texts,
  save,
  onClose,
}: {
  tag: Tag | undefined;
  texts: TagTexts;
  save: Save;
  onClose: () => void;
}) {
  const [color, setColor] = useState(tag?.color ?? '');
  return (
    <FormDialog
      title={tag ? texts.editLabel(tag.name) : texts.create}
      action={tag ? texts.save : texts.submit}
      fields={['name', 'description', 'color']}
      onClose={onClose}
      run={async (form) => {
        const name = typedIn(form, 'name') ?? '';
        const description = typedIn(form, 'description') ?? null;
        const faults = await save(tag?.id, { name, description, color: color || null });
        if (faults?.length === 0) void done(texts.saved(name));
        return faults;
      }}
    >
      {(faultOf) => (
        <>
          <WordFields word={tag} faultOf={faultOf} />
          <ColorInput
            label={wordsTexts.color}
            placeholder={wordsTexts.noColor}
            value={color}
            onChange={setColor}
            error={faultOf('color')}
            withEyeDropper={false}
            withPicker={false}
            swatches={SWATCHES}
            swatchesPerRow={SWATCHES.length}
          />
        </>
      )}
    </FormDialog>
  );
}
