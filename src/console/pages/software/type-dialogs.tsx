import { MultiSelect, NumberInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { ModuleTypeRowFragment, SetTypeRowFragment } from '../../api/types.documents.ts';
import { type Outcome, useChange } from '../../api/use-change.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { done } from '../../parts/notify.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { softwareTypesTexts as texts } from '../../texts/software.ts';
import { ChangeModuleType, ChangeSetType, CreateModuleType, CreateSetType } from './software.documents.ts';

interface Named {
  key: string;
  name: string;
  description: string | null;
}

/** Makes a type, or changes its description: key and name stay, as others go by them. */
function TypeDialog({
  title,
  type,
  onClose,
  create,
  change,
  children,
}: {
  title: string;
  type: { id: string; name: string; description?: string | null } | undefined;
  onClose: () => void;
  create: (given: Named) => Promise<Outcome<unknown>>;
  change: (input: { id: string; description: string | null }) => Promise<Outcome<unknown>>;
  /** What only a new one is asked. */
  children: ReactNode;
}) {
  return (
    <FormDialog
      title={type ? texts.editLabel(type.name) : title}
      action={type ? texts.save : texts.submit}
      fields={['key', 'name', 'description', 'maxAssignments']}
      onClose={onClose}
      run={async (form) => {
        const description = typedIn(form, 'description') ?? null;
        const name = type?.name ?? typedIn(form, 'name') ?? '';
        const outcome = type
          ? await change({ id: type.id, description })
          : await create({ key: typedIn(form, 'key') ?? '', name, description });
        if (outcome?.faults.length === 0) void done(texts.saved(name));
        return outcome?.faults;
      }}
    >
      {(faultOf) => (
        <>
          {!type && (
            <>
              <NameField label={texts.name} faultOf={faultOf} />
              <NameField name="key" label={texts.key} rule={RULES.version} faultOf={faultOf} />
            </>
          )}
          <RuledInput
            rule={RULES.description}
            name="description"
            label={texts.description}
            defaultValue={type?.description ?? undefined}
            error={faultOf('description')}
            autoComplete="off"
          />
          {!type && children}
        </>
      )}
    </FormDialog>
  );
}

export function ModuleTypeDialog({
  type,
  onClose,
}: {
  type: ModuleTypeRowFragment | undefined;
  onClose: () => void;
}) {
  const [create] = useChange(CreateModuleType);
  const [change] = useChange(ChangeModuleType);
  const [maxAssignments, setMost] = useState(1);
  return (
    <TypeDialog
      title={texts.newModuleType}
      type={type}
      onClose={onClose}
      create={(given) => create({ input: { softwareModuleTypes: [{ ...given, maxAssignments }] } })}
      change={(input) => change({ input })}
    >
      <NumberInput
        label={texts.most}
        min={1}
        allowDecimal={false}
        value={maxAssignments}
        onChange={(value) => setMost(Number(value) || 1)}
      />
    </TypeDialog>
  );
}

export function SetTypeDialog({
  type,
  moduleTypes,
  onClose,
}: {
  type: SetTypeRowFragment | undefined;
  moduleTypes: readonly ModuleTypeRowFragment[];
  onClose: () => void;
}) {
  const [create] = useChange(CreateSetType);
  const [change] = useChange(ChangeSetType);
  const [mandatory, setMandatory] = useState<string[]>([]);
  const [optional, setOptional] = useState<string[]>([]);
  const choices = (others: readonly string[]) =>
    moduleTypes.filter(({ id }) => !others.includes(id)).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <TypeDialog
      title={texts.newSetType}
      type={type}
      onClose={onClose}
      create={(given) =>
        create({
          input: {
            distributionSetTypes: [
              { ...given, mandatoryModuleTypeIds: mandatory, optionalModuleTypeIds: optional },
            ],
          },
        })
      }
      change={(input) => change({ input })}
    >
      <MultiSelect
        label={texts.mandatory}
        data={choices(optional)}
        value={mandatory}
        onChange={setMandatory}
        searchable
      />
      <MultiSelect
        label={texts.optional}
        data={choices(mandatory)}
        value={optional}
        onChange={setOptional}
        searchable
      />
    </TypeDialog>
  );
}
