import { MultiSelect, Select } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { RuledInput, RuledTextarea } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { softwareTexts as texts } from '../../texts/software.ts';
import { CreateModule, CreateSet, ModuleChoices } from './software.documents.ts';
import { useTypes } from './use-types.ts';

const FIELDS = ['name', 'version', 'vendor', 'description', 'type'];

type FaultOf = (field: string) => string | undefined;

function NameFields({
  of,
  faultOf,
}: {
  /** What it is probably called. */
  of?: { name: string; version: string } | undefined;
  faultOf: FaultOf;
}) {
  return (
    <>
      <NameField label={texts.name} defaultValue={of?.name} faultOf={faultOf} />
      <RuledInput
        rule={RULES.version}
        name="version"
        label={texts.version}
        defaultValue={of?.version}
        error={faultOf('version')}
        required
        withAsterisk={false}
        autoComplete="off"
      />
    </>
  );
}

const DescriptionField = ({ faultOf }: { faultOf: FaultOf }) => (
  <RuledTextarea
    rule={RULES.description}
    name="description"
    label={texts.description}
    error={faultOf('description')}
    autosize
  />
);

interface TypeFieldProps {
  types: readonly { id: string; name: string }[];
  value: string | null;
  onChange: (key: string | null) => void;
  faultOf: FaultOf;
}

function TypeField({ types, value, onChange, faultOf }: TypeFieldProps) {
  return (
    <Select
      label={texts.type}
      data={types.map(({ id, name }) => ({ value: id, label: name }))}
      value={value}
      onChange={onChange}
      error={faultOf('type')}
      allowDeselect={false}
    />
  );
}

/** Creates a module, and leads to it: its files come next. */
export function NewModuleDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const [create] = useChange(CreateModule);
  const { moduleTypes: types = [] } = useTypes().data ?? {};
  const [chosen, setType] = useState<string | null>(null);
  const typeId = chosen ?? types[0]?.id ?? null;
  return (
    <FormDialog
      title={texts.newModule}
      action={texts.createModule}
      fields={FIELDS}
      onClose={onClose}
      run={async (form) => {
        const module = {
          name: typedIn(form, 'name') ?? '',
          version: typedIn(form, 'version') ?? '',
          vendor: typedIn(form, 'vendor'),
          description: typedIn(form, 'description'),
          type: { id: typeId ?? '' },
        };
        const outcome = await create({ input: { softwareModules: [module] } });
        const made = outcome?.payload.softwareModules[0];
        if (made) void navigate({ to: '/software/modules/$number', params: { number: String(made.number) } });
        return outcome?.faults;
      }}
    >
      {(faultOf) => (
        <>
          <NameFields faultOf={faultOf} />
          <TypeField types={types} value={typeId} onChange={setType} faultOf={faultOf} />
          <RuledInput
            rule={RULES.vendor}
            name="vendor"
            label={texts.vendor}
            error={faultOf('vendor')}
            autoComplete="off"
          />
          <DescriptionField faultOf={faultOf} />
        </>
      )}
    </FormDialog>
  );
}

const choiceOf = ({ id, name, version }: { id: string; name: string; version: string }) => ({
  value: id,
  label: `${name} ${version}`,
});

/** Creates a distribution set, with modules or still empty. */
export function NewSetDialog({
  first,
  onClose,
}: {
  /** A module that is chosen already: most sets of one module are called like it. */
  first?: { id: string; name: string; version: string };
  onClose: () => void;
}) {
  const navigate = useNavigate();
  const [create] = useChange(CreateSet);
  const { may } = useViewer();
  const modules = useData(ModuleChoices, {}, { pause: !may('READ_SOFTWARE_MODULE') });
  const { setTypes: types = [] } = useTypes().data ?? {};
  const [chosen, setType] = useState<string | null>(null);
  const [moduleIds, setModuleIds] = useState<string[]>(first ? [first.id] : []);
  const known = (modules.data?.softwareModules.nodes ?? [])
    .filter(({ id }) => id !== first?.id)
    .map(choiceOf);
  const typeId = chosen ?? types[0]?.id ?? null;
  return (
    <FormDialog
      title={texts.newSet}
      action={texts.createSet}
      fields={FIELDS}
      onClose={onClose}
      run={async (form) => {
        const set = {
          name: typedIn(form, 'name') ?? '',
          version: typedIn(form, 'version') ?? '',
          description: typedIn(form, 'description'),
          type: typeId === null ? undefined : { id: typeId },
          moduleIds,
        };
        const outcome = await create({ input: { distributionSets: [set] } });
        const made = outcome?.payload.distributionSets[0];
        if (made)
          void navigate({ to: '/distribution-sets/$number', params: { number: String(made.number) } });
        return outcome?.faults;
      }}
    >
      {(faultOf) => (
        <>
          <NameFields of={first} faultOf={faultOf} />
          <TypeField types={types} value={typeId} onChange={setType} faultOf={faultOf} />
          <MultiSelect
            label={texts.moduleChoice}
            description={texts.moduleChoiceHint}
            data={first ? [choiceOf(first), ...known] : known}
            value={moduleIds}
            onChange={setModuleIds}
            searchable
          />
          <DescriptionField faultOf={faultOf} />
        </>
      )}
    </FormDialog>
  );
}
