import { MultiSelect } from '@mantine/core';
import { IconCategory } from '@tabler/icons-react';
import { useState } from 'react';
import type { TypeWordFragment } from '../../api/types.documents.ts';
import { type Fault, type Outcome, useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { done } from '../../parts/notify.tsx';
import { wordsTexts } from '../../texts/words.ts';
import { EditedList } from './edited-list.tsx';
import { wordColumns } from './word-columns.tsx';
import { WordFields } from './word-fields.tsx';
import {
  AddSetTypes,
  ChangeType,
  CreateTypes,
  DeleteType,
  RemoveSetTypes,
  SetTypeChoices,
  TypeWords,
} from './words.documents.ts';

const texts = wordsTexts.types;

const COLUMNS = wordColumns<TypeWordFragment>({
  id: 'suits',
  label: texts.suits,
  cell: ({ compatibleDistributionSetTypes: types }) =>
    types?.map(({ name }) => name).join(', ') || texts.suitsAll,
});

/** The types that targets can have, and which sets suit them. */
export function TargetTypesTab() {
  const { can } = useViewer();
  const [remove] = useChange(DeleteType);
  return (
    <EditedList
      query={TypeWords}
      pageOf={({ targetTypes }) => targetTypes}
      of="TARGET_TYPE"
      texts={texts}
      icon={<IconCategory size={40} stroke={1.4} />}
      columns={COLUMNS}
      nameOf={({ name }) => name}
      mayCreate={can.createTargetTypes}
      remove={(id) => remove({ input: { id } })}
      dialog={(type: TypeWordFragment | undefined, onClose) => <TypeDialog type={type} onClose={onClose} />}
    />
  );
}

function TypeDialog({ type, onClose }: { type: TypeWordFragment | undefined; onClose: () => void }) {
  const { may } = useViewer();
  const save = useSave(type);
  const choices = useData(SetTypeChoices, {}, { pause: !may('READ_DISTRIBUTION_SET_TYPE') });
  const [suits, setSuits] = useState(idsOf(type?.compatibleDistributionSetTypes));
  return (
    <FormDialog
      title={type ? texts.editLabel(type.name) : texts.create}
      action={type ? texts.save : texts.submit}
      fields={['name', 'description']}
      onClose={onClose}
      run={async (form) => {
        const name = typedIn(form, 'name') ?? '';
        const faults = await save({ name, description: typedIn(form, 'description') ?? null }, suits);
        if (faults?.length === 0) void done(texts.saved(name));
        return faults;
      }}
    >
      {(faultOf) => (
        <>
          <WordFields word={type} faultOf={faultOf} />
          {may('READ_DISTRIBUTION_SET_TYPE') && (
            <MultiSelect
              label={texts.suits}
              description={texts.suitsHint}
              data={choices.data?.distributionSetTypes.nodes.map(({ id, name }) => ({
                value: id,
                label: name,
              }))}
              value={suits}
              onChange={setSuits}
              searchable
            />
          )}
        </>
      )}
    </FormDialog>
  );
}

const idsOf = (types: readonly { id: string }[] | null | undefined) => types?.map(({ id }) => id) ?? [];

/** Makes a type, or changes it and what suits it, step by step until one is refused. */
function useSave(type: TypeWordFragment | undefined) {
  const [create] = useChange(CreateTypes);
  const [change] = useChange(ChangeType);
  const [add] = useChange(AddSetTypes);
  const [remove] = useChange(RemoveSetTypes);
  return async (
    given: { name: string; description: string | null },
    suits: readonly string[],
  ): Promise<readonly Fault[] | undefined> => {
    if (!type) {
      const compatibleDistributionSetTypeIds = [...suits];
      return (await create({ input: { targetTypes: [{ ...given, compatibleDistributionSetTypeIds }] } }))
        ?.faults;
    }
    const { id } = type;
    const before = idsOf(type.compatibleDistributionSetTypes);
    const added = suits.filter((one) => !before.includes(one));
    const removed = before.filter((one) => !suits.includes(one));
    const steps: (() => Promise<Outcome<unknown>>)[] = [
      () => change({ input: { id, ...given } }),
      ...(added.length ? [() => add({ input: { id, distributionSetTypeIds: added } })] : []),
      ...(removed.length ? [() => remove({ input: { id, distributionSetTypeIds: removed } })] : []),
    ];
    for (const step of steps) {
      const outcome = await step();
      if (!outcome || outcome.faults.length) return outcome?.faults;
    }
    return [];
  };
}
