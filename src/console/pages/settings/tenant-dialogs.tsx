import { NumberInput, PasswordInput, SimpleGrid, Text } from '@mantine/core';
import { useState } from 'react';
import type { QuotaKind, QuotaPartsFragment, TenantRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { done } from '../../parts/notify.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { quotaTexts, tenantsTexts as texts } from '../../texts/tenants.ts';
import { CreateTenant, QuotasOfTenant, SetQuotas } from './tenants.documents.ts';

/** Makes a tenant with its first administrator. */
export function NewTenantDialog({ onClose }: { onClose: () => void }) {
  const [create] = useChange(CreateTenant);
  return (
    <FormDialog
      title={texts.create}
      action={texts.submit}
      fields={['name', 'adminUsername', 'adminPassword']}
      onClose={onClose}
      run={async (form) => {
        const name = typedIn(form, 'name') ?? '';
        const outcome = await create({
          input: {
            name,
            adminUsername: typedIn(form, 'adminUsername') ?? '',
            adminPassword: String(form.get('adminPassword') ?? ''),
          },
        });
        if (outcome?.faults.length === 0) void done(texts.created(name));
        return outcome?.faults;
      }}
    >
      {(faultOf) => (
        <>
          <Text size="sm">{texts.lead}</Text>
          <RuledInput
            rule={RULES.tenant}
            name="name"
            label={texts.name}
            description={texts.nameHint}
            error={faultOf('name')}
            required
            withAsterisk={false}
            autoComplete="off"
            data-autofocus
          />
          <NameField name="adminUsername" rule={RULES.username} label={texts.username} faultOf={faultOf} />
          <PasswordInput
            name="adminPassword"
            label={texts.password}
            description={texts.passwordHint}
            error={faultOf('adminPassword')}
            required
            withAsterisk={false}
            autoComplete="new-password"
          />
        </>
      )}
    </FormDialog>
  );
}

type Limits = Partial<Record<QuotaKind, number | null>>;

/** Says what a tenant may have; what is left empty is as all tenants have it. */
export function LimitsDialog({ tenant, onClose }: { tenant: TenantRowFragment; onClose: () => void }) {
  const { data } = useData(QuotasOfTenant, { id: tenant.id });
  const [change] = useChange(SetQuotas);
  const [limits, setLimits] = useState<Limits>({});
  const quotas = data?.tenant?.quotas ?? [];
  return (
    <FormDialog
      title={texts.limits(tenant.name)}
      action={texts.save}
      fields={[]}
      onClose={onClose}
      size="lg"
      isReady={Object.keys(limits).length > 0}
      run={async () => {
        const given = Object.entries(limits).map(([kind, limit]) => ({ kind: kind as QuotaKind, limit }));
        const outcome = await change({ input: { tenantId: tenant.id, quotas: given } });
        if (outcome?.faults.length === 0) void done(texts.saved(tenant.name));
        return outcome?.faults;
      }}
    >
      {() => (
        <>
          <Text size="sm">{texts.limitsLead}</Text>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            {quotas.map((quota) => (
              <LimitField
                key={quota.kind}
                quota={quota}
                value={limits[quota.kind]}
                onChange={(limit) => setLimits({ ...limits, [quota.kind]: limit })}
              />
            ))}
          </SimpleGrid>
        </>
      )}
    </FormDialog>
  );
}

function LimitField({
  quota: { kind, limit, used, isDefault },
  value,
  onChange,
}: {
  quota: QuotaPartsFragment;
  value: number | null | undefined;
  onChange: (limit: number | null) => void;
}) {
  const own = isDefault ? '' : limit;
  return (
    <NumberInput
      size="xs"
      label={quotaTexts.kinds[kind]}
      description={used == null ? undefined : quotaTexts.used(used, limit)}
      placeholder={String(limit)}
      min={0}
      allowDecimal={false}
      thousandSeparator=","
      value={value === undefined ? own : (value ?? '')}
      onChange={(next) => onChange(next === '' ? null : Number(next))}
    />
  );
}
