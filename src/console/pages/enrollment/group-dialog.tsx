import { Fieldset, NumberInput, SimpleGrid, Switch, TagsInput } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../../api/use-change.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { done } from '../../parts/notify.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { TimeField } from '../../parts/time-field.tsx';
import { enrollmentTexts as texts } from '../../texts/enrollment.ts';
import { CreateEnrollmentGroup, UpdateEnrollmentGroup } from './enrollment.documents.ts';
import { DefaultsFields, type GroupDefaults, inputOf } from './group-defaults.tsx';
import type { EnrollmentGroupRow } from './groups-tab.tsx';
import { type NewToken, tokenOf } from './token-of.ts';

const FIELDS = [
  'name',
  'description',
  'registrationLimit',
  'expiresAt',
  'tokenExpiresAt',
  'allowedControllerIds',
  'deniedControllerIds',
];

/** Who may come, and until when. */
interface Terms {
  limit: number | null;
  expiresAt: string | null;
  tokenExpiresAt: string | null;
  allowed: string[];
  denied: string[];
}

/** Makes a group, and tells its token; or changes one. */
export function GroupDialog({
  group,
  onClose,
  onToken,
}: {
  group: EnrollmentGroupRow | undefined;
  onClose: () => void;
  onToken: (token: NewToken) => void;
}) {
  const [create] = useChange(CreateEnrollmentGroup);
  const [update] = useChange(UpdateEnrollmentGroup);
  const [terms, setTerms] = useState<Terms>({
    limit: group?.registrationLimit ?? null,
    expiresAt: group?.expiresAt ?? null,
    tokenExpiresAt: null,
    allowed: [...(group?.allowedControllerIds ?? [])],
    denied: [...(group?.deniedControllerIds ?? [])],
  });
  const [defaults, setDefaults] = useState<GroupDefaults>(() => ({
    targetGroup: group?.targetGroup ?? '',
    targetTypeId: group?.targetType === null ? null : group?.targetType?.id,
    tagIds: group?.tags?.map(({ id }) => id),
    attributes: group?.attributes.map(({ key, value }) => `${key}=${value}`) ?? [],
    certificateAuthorityId: group?.certificateAuthority?.id ?? null,
  }));

  async function run(form: FormData) {
    const values = {
      name: typedIn(form, 'name') ?? '',
      description: typedIn(form, 'description') ?? null,
      registrationLimit: terms.limit,
      expiresAt: terms.expiresAt,
      allowedControllerIds: terms.allowed,
      deniedControllerIds: terms.denied,
      requiresApproval: form.get('approval') === 'on',
      ...inputOf(defaults),
    };
    if (group) {
      const outcome = await update({ input: { id: group.id, ...values } });
      if (outcome?.faults.length === 0) void done(texts.saved(values.name));
      return outcome?.faults;
    }
    const outcome = await create({ input: { ...values, tokenExpiresAt: terms.tokenExpiresAt } });
    if (outcome?.payload.token) onToken(tokenOf(values.name, outcome.payload.token));
    return outcome?.faults;
  }

  return (
    <FormDialog
      title={group ? texts.editLabel(group.name) : texts.newGroup}
      action={group ? texts.saveGroup : texts.createGroup}
      fields={FIELDS}
      onClose={onClose}
      size="lg"
      run={run}
    >
      {(faultOf) => (
        <>
          <NameField label={texts.name} defaultValue={group?.name} faultOf={faultOf} />
          <RuledInput
            rule={RULES.description}
            name="description"
            label={texts.description}
            defaultValue={group?.description ?? undefined}
            error={faultOf('description')}
            autoComplete="off"
          />
          <Switch name="approval" label={texts.approval} defaultChecked={group?.requiresApproval ?? true} />
          <TermsFields
            isNew={!group}
            terms={terms}
            onChange={(changed) => setTerms({ ...terms, ...changed })}
            faultOf={faultOf}
          />
          <DefaultsFields value={defaults} onChange={(changed) => setDefaults({ ...defaults, ...changed })} />
        </>
      )}
    </FormDialog>
  );
}

function TermsFields({
  isNew,
  terms,
  onChange,
  faultOf,
}: {
  isNew: boolean;
  terms: Terms;
  onChange: (changed: Partial<Terms>) => void;
  faultOf: (field: string) => string | undefined;
}) {
  return (
    <Fieldset legend={texts.terms} p="sm">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="sm">
        <NumberInput
          label={texts.limit}
          description={texts.limitHint}
          value={terms.limit ?? ''}
          onChange={(limit) => onChange({ limit: typeof limit === 'number' ? limit : null })}
          min={0}
          allowDecimal={false}
          error={faultOf('registrationLimit')}
        />
        <TimeField
          label={texts.expiresAt}
          description={texts.expiresHint}
          value={terms.expiresAt}
          onChange={(expiresAt) => onChange({ expiresAt })}
          error={faultOf('expiresAt')}
        />
        {isNew && (
          <TimeField
            label={texts.tokenExpiresAt}
            description={texts.tokenExpiresHint}
            value={terms.tokenExpiresAt}
            onChange={(tokenExpiresAt) => onChange({ tokenExpiresAt })}
            error={faultOf('tokenExpiresAt')}
          />
        )}
      </SimpleGrid>
      <TagsInput
        mt="sm"
        label={texts.allowed}
        description={texts.patternsHint}
        placeholder={terms.allowed.length === 0 ? texts.allAllowed : undefined}
        value={terms.allowed}
        onChange={(allowed) => onChange({ allowed })}
        error={faultOf('allowedControllerIds')}
      />
      <TagsInput
        mt="sm"
        label={texts.denied}
        value={terms.denied}
        onChange={(denied) => onChange({ denied })}
        error={faultOf('deniedControllerIds')}
      />
    </Fieldset>
  );
}
