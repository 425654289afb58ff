import { Button, Group, NumberInput, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { type SyntheticEvent, useState } from 'react';
import { type Fault, useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { Card } from '../../parts/card.tsx';
import { Faults } from '../../parts/faults.tsx';
import { PageButton } from '../../parts/links.tsx';
import { done } from '../../parts/notify.tsx';
import { Page } from '../../parts/page.tsx';
import { common } from '../../texts/common.ts';
import { newRolloutTexts as texts } from '../../texts/rollouts.ts';
import { type BulkValues, SetField } from '../targets/bulk-fields.tsx';
import { Plan } from './plan.tsx';
import { CreateRollout, RolloutSet } from './rollouts.documents.ts';

const PAUSE_MS = 250;
const MOST_GROUPS = 500;
const MONOSPACE = { input: { fontFamily: 'var(--mantine-font-family-monospace)' } };
const SHOWN = ['name', 'filter', 'groupCount'];

/** Plans a rollout: beside the form, what it will do. */
export function NewRolloutPage() {
  const navigate = useNavigate();
  const [create, busy] = useChange(CreateRollout);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const [filter, setFilter] = useState('');
  const [usedFilter] = useDebouncedValue(filter.trim(), PAUSE_MS);
  const [choice, setChoice] = useState<BulkValues>({});
  const [ignoreTargetFilter, setIgnore] = useState(false);
  const targetFilter = useTargetFilter(choice.setId);
  const [groupCount, setGroupCount] = useState(3);
  const [successThreshold, setSuccess] = useState(80);
  const [errorThreshold, setError] = useState(20);

  async function submit(event: SyntheticEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const outcome = await create({
      input: {
        name: String(form.get('name')).trim(),
        description: String(form.get('description')).trim() || undefined,
        filter: filter.trim(),
        distributionSetId: choice.setId!,
        forceType: choice.forceType ?? 'FORCED',
        ignoreTargetFilter: ignoreTargetFilter && targetFilter !== undefined,
        groupCount,
        successThreshold,
        errorThreshold,
        confirmationRequired: form.get('confirmation') === 'on' || undefined,
      },
    });
    if (!outcome) return;
    setFaults(outcome.faults);
    const { rollout } = outcome.payload;
    if (!rollout) return;
    void done(texts.created);
    void navigate({ to: '/rollouts/$number', params: { number: String(rollout.number) } });
  }

  const faultOf = (field: string) => faults.find(({ path }) => path.at(-1) === field)?.message;
  const others = faults.filter(({ path }) => !SHOWN.includes(path.at(-1) ?? ''));
  return (
    <Page title={texts.title} lead={texts.lead}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Card title={texts.form}>
          <form onSubmit={submit}>
            <Stack>
              <TextInput
                name="name"
                label={texts.name}
                error={faultOf('name')}
                required
                withAsterisk={false}
                autoFocus
                autoComplete="off"
              />
              <TextInput name="description" label={texts.description} autoComplete="off" />
              <SetField values={choice} onChange={(changed) => setChoice({ ...choice, ...changed })} />
              <TextInput
                label={texts.filter}
                description={texts.filterHint}
                value={filter}
                onChange={(event) => setFilter(event.currentTarget.value)}
                error={faultOf('filter')}
                required
                withAsterisk={false}
                autoComplete="off"
                spellCheck={false}
                styles={MONOSPACE}
              />
              {targetFilter && (
                <Switch
                  label={texts.ignoreTargetFilter}
                  description={texts.ignoreTargetFilterHint(targetFilter)}
                  checked={ignoreTargetFilter}
                  onChange={(event) => setIgnore(event.currentTarget.checked)}
                />
              )}
              <NumberInput
                label={texts.groupCount}
                description={texts.groupCountHint}
                value={groupCount}
                onChange={(value) => setGroupCount(Number(value) || 1)}
                min={1}
                max={MOST_GROUPS}
                allowDecimal={false}
                error={faultOf('groupCount')}
              />
              <Group grow align="flex-start">
                <Percent label={texts.success} value={successThreshold} onChange={setSuccess} />
                <Percent label={texts.error} value={errorThreshold} onChange={setError} />
              </Group>
              <Switch name="confirmation" label={texts.confirmation} />
              <Faults messages={others.map(({ message }) => message)} />
              <Group>
                <Button type="submit" loading={busy} disabled={!choice.setId || !filter.trim()}>
                  {texts.submit}
                </Button>
                <PageButton to="/rollouts" variant="default">
                  {common.cancel}
                </PageButton>
              </Group>
            </Stack>
          </form>
        </Card>
        <Plan
          filter={usedFilter}
          within={ignoreTargetFilter ? undefined : targetFilter}
          groupCount={groupCount}
          successThreshold={successThreshold}
          errorThreshold={errorThreshold}
        />
      </SimpleGrid>
    </Page>
  );
}

/** The targets that a set is for; undefined if that is all. */
function useTargetFilter(setId: string | undefined): string | undefined {
  const { data } = useData(RolloutSet, { id: setId ?? '' }, { pause: !setId });
  return (setId && data?.distributionSet?.targetFilter) || undefined;
}

function Percent({
  label,
  value,
  onChange,
}: {
  label: string;
  value: number;
  onChange: (value: number) => void;
}) {
  return (
    <NumberInput
      label={label}
      value={value}
      onChange={(next) => onChange(Number(next))}
      min={0}
      max={100}
      clampBehavior="strict"
      allowDecimal={false}
    />
  );
}
