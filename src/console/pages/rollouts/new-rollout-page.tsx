import { Button, Group, NumberInput, SimpleGrid, Stack, Switch } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type SyntheticEvent, useState } from 'react';
import { type Fault, useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Card } from '../../parts/card.tsx';
import { Faults } from '../../parts/faults.tsx';
import { FilterInput } from '../../parts/filter-input.tsx';
import { PageButton } from '../../parts/links.tsx';
import { done } from '../../parts/notify.tsx';
import { Page, RefusedPage } from '../../parts/page.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { TimeField } from '../../parts/time-field.tsx';
import { common } from '../../texts/common.ts';
import { newRolloutTexts as texts } from '../../texts/rollouts.ts';
import { SetField } from '../targets/bulk-fields.tsx';
import { FIRST_DRAFT, inputOf, type RolloutDraft } from './draft.ts';
import { GroupsFields } from './groups-fields.tsx';
import classes from './new-rollout.module.css';
import { Plan } from './plan.tsx';
import { CreateRollout, RolloutSet } from './rollouts.documents.ts';

const PAUSE_MS = 250;
const MOST_WEIGHT = 1000;
/** Their faults are shown where they are; those within groups are not. */
const SHOWN = ['name', 'filter', 'groups.count', 'startAt', 'weight'];

/** Plans a rollout: beside the form, what it will do. */
export function NewRolloutPage() {
  const navigate = useNavigate();
  const [create, busy] = useChange(CreateRollout);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const { set } = useSearch({ from: '/shell/rollouts/new' });
  const [draft, setDraft] = useState<RolloutDraft>(() => ({
    ...FIRST_DRAFT,
    choice: set === undefined ? {} : { setId: `DistributionSet:${set}` },
  }));
  const { can } = useViewer();
  const [planned] = useDebouncedValue(draft, PAUSE_MS);
  const targetFilter = useTargetFilter(draft.choice.setId);
  const change = (changed: Partial<RolloutDraft>) => setDraft((before) => ({ ...before, ...changed }));
  const faultOf = (field: string) => faults.find(({ path }) => path.join('.') === field)?.message;
  const others = faults.filter(({ path }) => !SHOWN.includes(path.join('.')));

  async function submit(event: SyntheticEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!draft.choice.setId) return;
    const form = new FormData(event.currentTarget);
    const text = (field: string) => String(form.get(field)).trim();
    const outcome = await create({ input: inputOf(draft, text('name'), text('description')) });
    if (!outcome) return;
    setFaults(outcome.faults);
    const { rollout } = outcome.payload;
    if (!rollout) return;
    void done(texts.created);
    void navigate({ to: '/rollouts/$number', params: { number: String(rollout.number) } });
  }

  if (!can.createRollouts) return <RefusedPage title={texts.title} />;
  return (
    <Page title={texts.title} lead={texts.lead}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Card title={texts.form}>
          <form onSubmit={submit}>
            <Stack>
              <RuledInput
                rule={RULES.name}
                name="name"
                label={texts.name}
                error={faultOf('name')}
                required
                withAsterisk={false}
                autoFocus
                autoComplete="off"
              />
              <RuledInput
                rule={RULES.description}
                name="description"
                label={texts.description}
                error={faultOf('description')}
                autoComplete="off"
              />
              <SetField
                values={draft.choice}
                onChange={(chosen) => change({ choice: { ...draft.choice, ...chosen } })}
              />
              <FilterInput
                of="TARGET"
                label={texts.filter}
                description={texts.filterHint}
                value={draft.filter}
                onChange={(filter) => change({ filter })}
                error={faultOf('filter')}
                required
              />
              <GroupsFields draft={draft} onChange={change} faultOf={faultOf} />
              <MoreFields draft={draft} targetFilter={targetFilter} onChange={change} faultOf={faultOf} />
              <Faults messages={others.map(({ message }) => message)} />
              <Group>
                <Button type="submit" loading={busy}>
                  {texts.submit}
                </Button>
                <PageButton to="/rollouts" variant="default">
                  {common.cancel}
                </PageButton>
              </Group>
            </Stack>
          </form>
        </Card>
        <div className={classes.plan}>
          <Plan draft={planned} within={planned.ignoreTargetFilter ? undefined : targetFilter} />
        </div>
      </SimpleGrid>
    </Page>
  );
}

/** The targets that a set is for; undefined if that is all. */
function useTargetFilter(setId: string | undefined): string | undefined {
  const { data } = useData(RolloutSet, { id: setId ?? '' }, { pause: !setId });
  return (setId && data?.distributionSet?.targetFilter) || undefined;
}

/** What most rollouts leave as it is. */
function MoreFields({
  draft,
  targetFilter,
  onChange,
  faultOf,
}: {
  draft: RolloutDraft;
  targetFilter: string | undefined;
  onChange: (changed: Partial<RolloutDraft>) => void;
  faultOf: (field: string) => string | undefined;
}) {
  const { may } = useViewer();
  return (
    <>
      <Group grow align="flex-start">
        {may('HANDLE_ROLLOUT') && (
          <TimeField
            label={texts.startAt}
            description={texts.startAtHint}
            value={draft.startAt}
            onChange={(startAt) => onChange({ startAt })}
            error={faultOf('startAt')}
          />
        )}
        <NumberInput
          label={texts.weight}
          description={texts.weightHint}
          value={draft.weight ?? ''}
          onChange={(weight) => onChange({ weight: typeof weight === 'number' ? weight : null })}
          min={0}
          max={MOST_WEIGHT}
          allowDecimal={false}
          error={faultOf('weight')}
        />
      </Group>
      {targetFilter && (
        <Switch
          label={texts.ignoreTargetFilter}
          description={texts.ignoreTargetFilterHint(targetFilter)}
          checked={draft.ignoreTargetFilter}
          onChange={(event) => onChange({ ignoreTargetFilter: event.currentTarget.checked })}
        />
      )}
    </>
  );
}
