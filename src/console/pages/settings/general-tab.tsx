import { Button, Group, Stack, Switch, Text } from '@mantine/core';
import type { SettingsFullFragment, TenantConfigurationKey } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Card } from '../../parts/card.tsx';
import { Editable } from '../../parts/editable.tsx';
import { done, failure } from '../../parts/notify.tsx';
import { Answer } from '../../parts/states.tsx';
import { settingsTexts as texts } from '../../texts/settings.ts';
import { ResetSetting, SetSetting, Settings } from './settings.documents.ts';

type Name = keyof typeof texts.names;

const CARDS: readonly (readonly [string, readonly Name[]])[] = [
  [
    texts.authentication,
    [
      'authenticationTargettokenEnabled',
      'authenticationGatewaytokenEnabled',
      'authenticationHeaderEnabled',
      'autoregistrationEnabled',
    ],
  ],
  [texts.polling, ['pollingTime', 'pollingOverdueTime']],
  [
    texts.deployments,
    [
      'rolloutApprovalEnabled',
      'autoAssignmentApprovalEnabled',
      'userConfirmationFlowEnabled',
      'implicitLockEnabled',
      'repositoryActionsAutocloseEnabled',
    ],
  ],
];

/** `pollingTime` is `POLLING_TIME` where settings are named. */
const keyOf = (name: Name) => name.replace(/[A-Z]/g, '_$&').toUpperCase() as TenantConfigurationKey;

/** The tenant's settings, each with where its value comes from. */
export function GeneralTab() {
  const settings = useData(Settings, {});
  return (
    <Answer of={settings}>
      {({ tenantConfiguration }) => (
        <Stack>
          {CARDS.map(([title, names]) => (
            <Card key={title} title={title}>
              {names.map((name) => (
                <SettingLine key={name} name={name} setting={tenantConfiguration[name]} />
              ))}
            </Card>
          ))}
        </Stack>
      )}
    </Answer>
  );
}

function SettingLine({ name, setting }: { name: Name; setting: SettingsFullFragment[Name] }) {
  const { may } = useViewer();
  const [change] = useChange(SetSetting);
  const [reset, resetting] = useChange(ResetSetting);
  const label = texts.names[name];
  const mayEdit = may('UPDATE_TENANT_CONFIGURATION');
  const { value, origin, resetValue } = setting;

  async function save(next: string | boolean): Promise<string | undefined> {
    const outcome = await change({ input: { [name]: next } });
    if (!outcome) return undefined;
    const [fault] = outcome.faults;
    if (!fault) void done(texts.saved(label));
    return fault?.message;
  }

  return (
    <Group justify="space-between" mih={38} gap="sm">
      <div>
        <Text size="sm" fw={550}>
          {label}
        </Text>
        <Text size="xs" c="dimmed">
          {texts.origins[origin]}
          {origin === 'TENANT' && ` · ${texts.resetGives(resetValue)}`}
        </Text>
      </div>
      <Group gap="sm">
        {origin === 'TENANT' && may('DELETE_TENANT_CONFIGURATION') && (
          <Button
            size="compact-sm"
            variant="subtle"
            loading={resetting}
            aria-label={texts.resetLabel(label)}
            onClick={async () => {
              const outcome = await reset({ input: { keys: [keyOf(name)] } });
              const [fault] = outcome?.faults ?? [];
              if (outcome) void (fault ? failure(fault.message) : done(texts.saved(label)));
            }}
          >
            {texts.reset}
          </Button>
        )}
        {typeof value === 'boolean' ? (
          <Switch
            aria-label={label}
            checked={value}
            disabled={!mayEdit}
            onChange={async (event) => {
              const refused = await save(event.currentTarget.checked);
              if (refused) void failure(refused);
            }}
          />
        ) : (
          <Editable
            value={value ?? ''}
            label={label}
            editLabel={`${texts.edit} ${label}`}
            mayEdit={mayEdit}
            save={save}
          />
        )}
      </Group>
    </Group>
  );
}
