import { Autocomplete, NumberInput, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { quoted } from '../../api/filters.ts';
import { useData } from '../../api/use-data.ts';
import { type Force, ForceField } from '../../parts/force-field.tsx';
import { GroupField } from '../../parts/group-field.tsx';
import { reasonOf } from '../../parts/reason.ts';
import { RULES } from '../../parts/rules.ts';
import { TimeField } from '../../parts/time-field.tsx';
import { releaseTexts } from '../../texts/claims.ts';
import { bulkTexts as texts } from '../../texts/targets.ts';
import { SetChoices, TagChoices, TypeChoices } from './bulk.documents.ts';
import type { BulkKind } from './bulk-kind.ts';

export interface BulkValues extends Force {
  tag?: string;
  typeId?: string | null;
  group?: string;
  overlapSeconds?: number;
  setId?: string;
  expiresAt?: string | null;
}

interface FieldProps {
  values: BulkValues;
  onChange: (changed: BulkValues) => void;
}

/** The fields that a kind of change has. */
export function BulkFields({ kind, ...props }: FieldProps & { kind: BulkKind }) {
  switch (kind) {
    case 'tag':
    case 'untag':
      return <TagField {...props} />;
    case 'type':
      return <TypeField {...props} />;
    case 'group':
      return (
        <GroupField
          label={texts.groupLabel}
          description={texts.groupHint}
          value={props.values.group ?? ''}
          onChange={(group) => props.onChange({ group })}
          data-autofocus
        />
      );
    case 'rotate':
      return (
        <NumberInput
          label={texts.overlap}
          description={texts.overlapHint}
          min={0}
          value={props.values.overlapSeconds ?? 0}
          onChange={(value) => props.onChange({ overlapSeconds: Number(value) || 0 })}
        />
      );
    case 'assign':
      return <SetField {...props} />;
    case 'release':
      return (
        <TimeField
          label={releaseTexts.untilLabel}
          description={releaseTexts.untilHint}
          value={props.values.expiresAt ?? null}
          onChange={(expiresAt) => props.onChange({ expiresAt })}
        />
      );
    case 'delete':
      return null;
  }
}

function TagField({ values, onChange }: FieldProps) {
  const { data } = useData(TagChoices, {});
  return (
    <Autocomplete
      label={texts.tagLabel}
      placeholder={texts.tagPlaceholder}
      description={texts.newTagHint}
      data={[...new Set(data?.targetTags.nodes.map(({ name }) => name))]}
      value={values.tag ?? ''}
      onChange={(tag) => onChange({ tag })}
      error={RULES.name(values.tag ?? '', false)}
      data-autofocus
    />
  );
}

function TypeField({ values, onChange }: FieldProps) {
  const { data } = useData(TypeChoices, {});
  return (
    <Select
      label={texts.typeLabel}
      placeholder={texts.noType}
      data={data?.targetTypes.nodes.map(({ id, name }) => ({ value: id, label: name })) ?? []}
      value={values.typeId ?? null}
      onChange={(typeId) => onChange({ typeId })}
      clearable
      searchable
      data-autofocus
    />
  );
}

/** Which set, and how it is installed. */
export function SetField({
  values,
  onChange,
  mayWait,
}: FieldProps & { /** Whether it may be forced from a moment on. */ mayWait?: boolean }) {
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search.replace(/ .*/, ''), 250);
  // One that is chosen from the start may be none of the first.
  const [chosen] = useState(values.setId);
  const { data, error } = useData(
    SetChoices,
    {
      filter: asked ? `name==${quoted(`*${asked}*`)}` : undefined,
      chosen: chosen ?? '',
      hasChosen: chosen !== undefined,
    },
    { keep: true },
  );
  const sets = data?.distributionSets.nodes ?? [];
  const isShown = !data?.chosen || sets.some(({ id }) => id === chosen);
  return (
    <>
      <Select
        label={texts.setLabel}
        placeholder={texts.setPlaceholder}
        error={error && !data && reasonOf(error)}
        description={data && sets.length === 0 && asked === '' ? texts.noSets : undefined}
        data={(isShown ? sets : [data.chosen!, ...sets]).map(({ id, name, version, complete }) => ({
          value: id,
          label: `${name} ${version}`,
          disabled: !complete,
        }))}
        value={values.setId ?? null}
        onChange={(setId) => onChange({ setId: setId ?? undefined })}
        searchable
        searchValue={search}
        onSearchChange={setSearch}
        filter={({ options }) => options}
        required
        withAsterisk={false}
        data-autofocus
      />
      <ForceField value={values} onChange={onChange} mayWait={mayWait} />
    </>
  );
}
