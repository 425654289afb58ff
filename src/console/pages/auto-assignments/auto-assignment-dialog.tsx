import { NumberInput, Switch } from '@mantine/core';
import { useState } from 'react';
import type { AutoAssignmentRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { ReachInput, useReach } from '../../parts/filter-input.tsx';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { done } from '../../parts/notify.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { TimeField } from '../../parts/time-field.tsx';
import { autoAssignmentsTexts as texts } from '../../texts/auto-assignments.ts';
import { newRolloutTexts } from '../../texts/rollouts.ts';
import { type BulkValues, SetField } from '../targets/bulk-fields.tsx';
import { CreateAutoAssignment, UpdateAutoAssignment } from './auto-assignments.documents.ts';

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
  const reach = useReach(filter);
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
      fields={['name', 'description', 'filter', 'startAt', 'weight']}
      onClose={onClose}
      size="lg"
      isReady={known !== undefined || choice.setId !== undefined}
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
              <ReachInput
                label={texts.filter}
                value={filter}
                onChange={setFilter}
                reach={reach}
                said={texts.reach}
                error={faultOf('filter')}
                required
              />
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
