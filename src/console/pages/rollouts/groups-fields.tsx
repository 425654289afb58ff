import { Button, Fieldset, Group, NumberInput, SegmentedControl, SimpleGrid, Switch } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { FilterInput } from '../../parts/filter-input.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { newRolloutTexts as texts } from '../../texts/rollouts.ts';
import { type GroupDraft, newGroup, type RolloutDraft } from './draft.ts';
import { Percent } from './percent.tsx';

const MOST_GROUPS = 500;
const FIRST_COUNT = 3;

interface FieldsProps {
  draft: RolloutDraft;
  onChange: (changed: Partial<RolloutDraft>) => void;
  faultOf: (field: string) => string | undefined;
}

/** How the targets are shared out: evenly, or into groups of one's own. */
export function GroupsFields({ draft, onChange, faultOf }: FieldsProps) {
  const isEven = draft.groupCount !== undefined;
  return (
    <>
      <SegmentedControl
        aria-label={texts.groupsHow}
        data={[
          { value: 'even', label: texts.even },
          { value: 'own', label: texts.own },
        ]}
        value={isEven ? 'even' : 'own'}
        onChange={(how) =>
          onChange(
            how === 'even'
              ? { groupCount: FIRST_COUNT }
              : { groupCount: undefined, groups: draft.groups.length ? draft.groups : firstGroups(draft) },
          )
        }
      />
      {isEven ? (
        <>
          <NumberInput
            label={texts.groupCount}
            description={texts.groupCountHint}
            value={draft.groupCount}
            onChange={(value) => onChange({ groupCount: Number(value) || 1 })}
            min={1}
            max={MOST_GROUPS}
            allowDecimal={false}
            error={faultOf('groups.count')}
          />
          <Group grow align="flex-start">
            <Percent
              label={texts.success}
              value={draft.successThreshold}
              onChange={(successThreshold) => onChange({ successThreshold })}
            />
            <Percent
              label={texts.error}
              value={draft.errorThreshold}
              onChange={(errorThreshold) => onChange({ errorThreshold })}
            />
          </Group>
          <Switch
            label={texts.confirmation}
            description={texts.confirmationHint}
            checked={draft.confirmationRequired}
            onChange={(event) => onChange({ confirmationRequired: event.currentTarget.checked })}
          />
          <Switch
            label={texts.dynamic}
            description={texts.dynamicHint}
            checked={draft.dynamic}
            onChange={(event) => onChange({ dynamic: event.currentTarget.checked })}
          />
        </>
      ) : (
        <OwnGroups draft={draft} onChange={onChange} />
      )}
    </>
  );
}

/** A small one to try it, and the rest. */
const firstGroups = (draft: RolloutDraft): GroupDraft[] => [
  { ...newGroup(0, draft), percentage: 10 },
  newGroup(1, draft),
];

function OwnGroups({ draft, onChange }: Omit<FieldsProps, 'faultOf'>) {
  const { groups } = draft;
  const put = (at: number, changed: Partial<GroupDraft>) =>
    onChange({ groups: groups.map((group, index) => (index === at ? { ...group, ...changed } : group)) });
  return (
    <>
      {groups.map((group, index) => (
        <OwnGroup
          // biome-ignore lint/suspicious/noArrayIndexKey: groups are known by their place
          key={index}
          group={group}
          place={index + 1}
          onChange={(changed) => put(index, changed)}
          onRemove={
            groups.length > 1 ? () => onChange({ groups: groups.filter((_, at) => at !== index) }) : undefined
          }
        />
      ))}
      <Group>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={groups.length >= MOST_GROUPS}
          onClick={() => onChange({ groups: [...groups, newGroup(groups.length, draft)] })}
        >
          {texts.addGroup}
        </Button>
      </Group>
    </>
  );
}

function OwnGroup({
  group,
  place,
  onChange,
  onRemove,
}: {
  group: GroupDraft;
  place: number;
  onChange: (changed: Partial<GroupDraft>) => void;
  onRemove: (() => void) | undefined;
}) {
  return (
    <Fieldset legend={texts.planGroup(place)} p="sm">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="sm">
        <RuledInput
          rule={RULES.name}
          label={texts.groupName}
          value={group.name}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
          required
          withAsterisk={false}
          autoComplete="off"
        />
        <FilterInput
          of="TARGET"
          label={texts.groupFilter}
          placeholder={texts.groupFilterAll}
          value={group.filter}
          onChange={(filter) => onChange({ filter })}
        />
        <Percent
          label={texts.share}
          value={group.percentage}
          onChange={(percentage) => onChange({ percentage })}
        />
        <Percent
          label={texts.groupError}
          value={group.errorThreshold}
          onChange={(errorThreshold) => onChange({ errorThreshold })}
        />
        <Percent
          label={texts.groupSuccess}
          value={group.successThreshold}
          onChange={(successThreshold) => onChange({ successThreshold })}
        />
      </SimpleGrid>
      <Group justify="space-between" mt="sm" gap="sm">
        <Group gap="md">
          <Switch
            size="xs"
            label={texts.pauseThen}
            checked={group.successAction === 'PAUSE'}
            onChange={(event) =>
              onChange({ successAction: event.currentTarget.checked ? 'PAUSE' : 'NEXT_GROUP' })
            }
          />
          <Switch
            size="xs"
            label={texts.confirmation}
            checked={group.confirmationRequired}
            onChange={(event) => onChange({ confirmationRequired: event.currentTarget.checked })}
          />
        </Group>
        {onRemove && (
          <Button size="compact-xs" variant="subtle" onClick={onRemove} aria-label={texts.removeGroup(place)}>
            {texts.removeGroup(place)}
          </Button>
        )}
      </Group>
    </Fieldset>
  );
}
