import { MultiSelect, NumberInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { ModuleTypeRole, ModuleTypeRowFragment, SetTypeRowFragment } from '../../api/types.documents.ts';
import { type Outcome, useChange } from '../../api/use-change.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { done } from '../../parts/notify.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { softwareTypesTexts as texts } from '../../texts/software.ts';
import {
  ChangeModuleType,
  ChangeSetType,
  CreateModuleType,
  CreateSetType,
  PutModuleType,
} from './software.documents.ts';

interface Named {
  key: string;
  name: string;
  description: string | null;
}

/** Makes a type, or changes it: key and name stay, as others go by them. */
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
          {children}
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
      {!type && (
        <NumberInput
          label={texts.most}
          min={1}
          allowDecimal={false}
          value={maxAssignments}
          onChange={(value) => setMost(Number(value) || 1)}
        />
      )}
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
  const [put] = useChange(PutModuleType);
  const before = rolesOf(type);
  const [mandatory, setMandatory] = useState(before.mandatory);
  const [optional, setOptional] = useState(before.optional);
  const choices = (others: readonly string[]) =>
    moduleTypes.filter(({ id }) => !others.includes(id)).map(({ id, name }) => ({ value: id, label: name }));

  /** One after the other, until one is refused. */
  async function changeAll(input: { id: string; description: string | null }) {
    let outcome: Outcome<unknown> = await change({ input });
    for (const { id: moduleTypeId } of moduleTypes) {
      const role = roleOf(moduleTypeId, { mandatory, optional });
      if (!outcome || outcome.faults.length > 0) break;
      if (role !== roleOf(moduleTypeId, before))
        outcome = await put({ input: { id: input.id, moduleTypeId, role } });
    }
    return outcome;
  }

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
      change={changeAll}
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
        description={type && texts.fixedHint}
        data={choices(mandatory)}
        value={optional}
        onChange={setOptional}
        searchable
      />
    </TypeDialog>
  );
}

/** The types of modules that sets must have, and those that they may have. */
interface Roles {
  mandatory: string[];
  optional: string[];
}

function rolesOf(type: SetTypeRowFragment | undefined): Roles {
  const idsOf = (isMandatory: boolean) =>
    (type?.moduleTypes ?? [])
      .filter(({ mandatory }) => mandatory === isMandatory)
      .map(({ moduleType: { id } }) => id);
  return { mandatory: idsOf(true), optional: idsOf(false) };
}

const roleOf = (id: string, { mandatory, optional }: Roles): ModuleTypeRole =>
  mandatory.includes(id) ? 'MANDATORY' : optional.includes(id) ? 'OPTIONAL' : 'NONE';
