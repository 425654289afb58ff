import { Select } from '@mantine/core';
import { useState } from 'react';
import { type Grant, grantInput } from '../../api/grants.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { FilterInput } from '../../parts/filter-input.tsx';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { RULES } from '../../parts/rules.ts';
import { TimeField } from '../../parts/time-field.tsx';
import type { NewToken } from '../../parts/token-dialog.tsx';
import { keysTexts as texts } from '../../texts/settings.ts';
import { CreateApiKey, UserChoices } from './access.documents.ts';
import { GrantsField } from './grants-field.tsx';
import { RolesField, rolesInput } from './roles-field.tsx';

/** Makes an API key, and tells it. */
export function KeyDialog({ onClose, onToken }: { onClose: () => void; onToken: (token: NewToken) => void }) {
  const [create] = useChange(CreateApiKey);
  const { viewer, isAdmin } = useViewer();
  const [roles, setRoles] = useState<string[]>([]);
  const [grants, setGrants] = useState<Grant[]>([]);
  const [scope, setScope] = useState('');
  const [ownerId, setOwnerId] = useState<string | null>(null);
  const users = useData(UserChoices, {}, { pause: !isAdmin });
  const [expiresAt, setExpiresAt] = useState<string | null>(null);

  async function run(form: FormData) {
    const name = typedIn(form, 'name') ?? '';
    const outcome = await create({
      input: {
        name,
        ...rolesInput(roles),
        grants: grants.map(grantInput),
        expiresAt,
        ownerId,
        scope: scope.trim() || undefined,
      },
    });
    const { key } = outcome?.payload ?? {};
    if (key)
      onToken({ title: texts.tokenTitle(name), text: texts.tokenText, copyLabel: texts.copy, token: key });
    return outcome?.faults;
  }

  return (
    <FormDialog
      title={texts.create}
      action={texts.submit}
      fields={['name', 'expiresAt', 'ownerId', 'scope']}
      onClose={onClose}
      size="lg"
      run={run}
    >
      {(faultOf) => (
        <>
          <NameField label={texts.name} rule={RULES.shortName} faultOf={faultOf} />
          <TimeField
            label={texts.expires}
            description={texts.expiresHint}
            value={expiresAt}
            onChange={setExpiresAt}
            error={faultOf('expiresAt')}
          />
          {isAdmin && (
            <Select
              label={texts.ownerLabel}
              placeholder={viewer?.username}
              data={users.data?.users.nodes.map(({ id, username }) => ({ value: id, label: username }))}
              value={ownerId}
              onChange={setOwnerId}
              error={faultOf('ownerId')}
              searchable
              clearable
            />
          )}
          <FilterInput
            of="TARGET"
            label={texts.scope}
            description={texts.scopeHint}
            value={scope}
            onChange={setScope}
            error={faultOf('scope')}
          />
          <RolesField value={roles} onChange={setRoles} />
          <GrantsField value={grants} onChange={setGrants} />
        </>
      )}
    </FormDialog>
  );
}
