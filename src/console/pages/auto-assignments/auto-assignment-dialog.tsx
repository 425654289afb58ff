import { Input, NumberInput, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import type { AutoAssignmentRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { filterFaultsOf } from '../../parts/filter-fault.tsx';
import { FilterField } from '../../parts/filter-field.tsx';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { done } from '../../parts/notify.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { TimeField } from '../../parts/time-field.tsx';
import { autoAssignmentsTexts as texts } from '../../texts/auto-assignments.ts';
import { newRolloutTexts } from '../../texts/rollouts.ts';
import { type BulkValues, SetField } from '../targets/bulk-fields.tsx';
import {
  AutoAssignmentReach,
  CreateAutoAssignment,
  UpdateAutoAssignment,
} from './auto-assignments.documents.ts';

const MOST_WEIGHT = 1000;

/** Makes an auto-assignment, or changes what one is called: what it does stays as it was made. */
export function AutoAssignmentDialog({
  autoAssignment: known,
  onClose,
}: {
  autoAssignment: AutoAssignmentRowFragment | undefined;
  onClose: () => void;
}) {
  const [create] = useChange(CreateAutoAssignment);
  const [update] = useChange(UpdateAutoAssignment);
  const [filter, setFilter] = useState('');
  const [choice, setChoice] = useState<BulkValues>({});
  const [startAt, setStartAt] = useState<string | null>(null);
  const [weight, setWeight] = useState<number | null>(null);
  const [ignoreTargetFilter, setIgnore] = useState(false);

  async function run(form: FormData) {
    const name = typedIn(form, 'name') ?? '';
    const description = typedIn(form, 'description') ?? null;
    const outcome = known
      ? await update({ input: { id: known.id, name, description } })
      : await create({
          input: {
            name,
            description,
            filter: filter.trim(),
            distributionSetId: choice.setId ?? '',
            forceType: choice.forceType,
            startAt,
            weight,
            ignoreTargetFilter,
          },
        });
    if (outcome?.faults.length === 0) void done(known ? texts.saved(name) : texts.created(name));
    return outcome?.faults;
  }

  return (
    <FormDialog
      title={known ? texts.editLabel(known.name) : texts.create}
      action={known ? texts.save : texts.submit}
      fields={['name', 'description', 'startAt', 'weight']}
      onClose={onClose}
      size="lg"
      isReady={known !== undefined || (filter.trim() !== '' && choice.setId !== undefined)}
      run={run}
    >
      {(faultOf) => (
        <>
          <NameField label={texts.name} defaultValue={known?.name} faultOf={faultOf} />
          <RuledInput
            rule={RULES.description}
            name="description"
            label={texts.description}
            defaultValue={known?.description ?? ''}
            error={faultOf('description')}
            autoComplete="off"
          />
          {!known && (
            <>
              <Reach filter={filter} onChange={setFilter} />
              <SetField
                values={choice}
                onChange={(changed) => setChoice({ ...choice, ...changed })}
                mayWait={false}
              />
              <TimeField
                label={texts.startAt}
                description={texts.startAtHint}
                value={startAt}
                onChange={setStartAt}
                error={faultOf('startAt')}
              />
              <NumberInput
                label={texts.weight}
                description={texts.weightHint}
                value={weight ?? ''}
                onChange={(value) => setWeight(typeof value === 'number' ? value : null)}
                min={0}
                max={MOST_WEIGHT}
                allowDecimal={false}
                error={faultOf('weight')}
              />
              <Switch
                label={newRolloutTexts.ignoreTargetFilter}
                checked={ignoreTargetFilter}
                onChange={(event) => setIgnore(event.currentTarget.checked)}
              />
            </>
          )}
        </>
      )}
    </FormDialog>
  );
}

/** The filter, and how many targets match it now. */
function Reach({ filter, onChange }: { filter: string; onChange: (filter: string) => void }) {
  const wanted = filter.trim();
  const reach = useData(AutoAssignmentReach, { filter: wanted }, { pause: wanted === '', keep: true });
  const count = wanted && !reach.stale && !reach.error ? reach.data?.targets.totalCount : undefined;
  return (
    <div>
      <Input.Label component="div">{texts.filter}</Input.Label>
      <FilterField
        of="TARGET"
        label={texts.filter}
        value={filter}
        faults={wanted ? filterFaultsOf(reach.error) : []}
        onChange={onChange}
      />
      <Text size="sm" c="dimmed" role="status" mih={21}>
        {count !== undefined && texts.reach(count)}
      </Text>
    </div>
  );
}
