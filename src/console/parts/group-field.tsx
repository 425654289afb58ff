import { Autocomplete, type AutocompleteProps, Group, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { quoted } from '../api/filters.ts';
import { useData } from '../api/use-data.ts';
import { useViewer } from '../api/use-viewer.ts';
import { numberText } from '../texts/common.ts';
import { GroupChoices } from './group.documents.ts';
import { RULES } from './rules.ts';

const PAUSE_MS = 250;

/**
 * A field for the group of targets: those with what is written in their name are offered, the largest first. They are
 * counted once somebody is in the field.
 */
export function GroupField({ value, error, ...props }: AutocompleteProps & { value: string }) {
  const { may } = useViewer();
  const [used, setUsed] = useState(false);
  const [asked] = useDebouncedValue(value.trim(), PAUSE_MS);
  const { data } = useData(
    GroupChoices,
    { filter: asked ? `name==${quoted(`*${asked}*`)}` : undefined },
    { keep: true, pause: !used || !may('READ_TARGET') },
  );
  const counts = new Map(data?.targetGroups.nodes.map(({ name, targetCount }) => [name, targetCount]));
  return (
    <Autocomplete
      {...props}
      error={RULES.group(value, false) ?? error}
      value={value}
      onFocus={() => setUsed(true)}
      data={[...counts.keys()]}
      filter={({ options }) => options}
      maxDropdownHeight={260}
      renderOption={({ option }) => (
        <Group justify="space-between" gap="xs" wrap="nowrap" w="100%">
          <Text span size="sm" truncate>
            {option.value}
          </Text>
          <Text span size="xs" c="dimmed" className="numbers">
            {numberText(counts.get(option.value) ?? 0)}
          </Text>
        </Group>
      )}
    />
  );
}
