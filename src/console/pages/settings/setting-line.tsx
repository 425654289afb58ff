import { Button, Group, Switch, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type {
  SettingOrigin,
  SettingsFullFragment,
  TenantConfigurationKey,
} from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Editable } from '../../parts/editable.tsx';
import { done, failure } from '../../parts/notify.tsx';
import { tell } from '../../parts/tell.ts';
import { settingsTexts as texts } from '../../texts/settings.ts';
import { shownValue, writtenValue } from './setting-values.ts';
import { ResetSetting, SetSetting } from './settings.documents.ts';

export type SettingName = keyof typeof texts.names;
/** `pollingTime` is `POLLING_TIME` where settings are named. */
const keyOf = (name: SettingName) => name.replace(/[A-Z]/g, '_$&').toUpperCase() as TenantConfigurationKey;

/** A setting with its value, to be changed where it stands. */
export function SettingLine({
  name,
  setting,
}: {
  name: SettingName;
  setting: NonNullable<SettingsFullFragment[SettingName]>;
}) {
  const { can } = useViewer();
  const [change] = useChange(SetSetting);
  const label = texts.names[name];
  const mayEdit = can.setTenantConfiguration ?? false;
  const { value, origin, resetValue } = setting;

  async function save(next: string | boolean): Promise<string | undefined> {
    const given = typeof next === 'boolean' ? { value: next } : writtenValue(name, next);
    if ('refused' in given) return given.refused;
    const outcome = await change({ input: { [name]: given.value } });
    if (!outcome) return undefined;
    const [fault] = outcome.faults;
    if (!fault) void done(texts.saved(label));
    return fault?.message;
  }

  return (
    <SettingFrame name={name} origin={origin} gives={texts.valueOf(shownValue(resetValue))}>
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
        <Text size="sm" component="div">
          <Editable
            value={shownValue(value)}
            label={label}
            editLabel={`${texts.edit} ${label}`}
            mayEdit={mayEdit}
            save={save}
          />
        </Text>
      )}
    </SettingFrame>
  );
}

/** What each setting has: its name, what it does, where its value comes from, and the way back. */
export function SettingFrame({
  name,
  origin,
  gives,
  children,
}: {
  name: SettingName;
  origin: SettingOrigin;
  /** What a reset gives. */
  gives: string;
  children: ReactNode;
}) {
  const { can } = useViewer();
  const [reset, resetting] = useChange(ResetSetting);
  const label = texts.names[name];
  const hint = (texts.hints as Partial<Record<SettingName, string>>)[name];
  const isOwn = origin === 'TENANT';
  return (
    <Group justify="space-between" mih={44} gap="sm">
      <div style={{ flex: '1 1 180px' }}>
        <Text size="sm" fw={550}>
          {label}
        </Text>
        <Text size="xs" c="dimmed">
          {hint && `${hint} `}
          {texts.origins[origin]}
          {isOwn && texts.resetGives(gives)}
        </Text>
      </div>
      <Group gap="sm">
        {isOwn && can.resetTenantConfiguration && (
          <Button
            size="compact-sm"
            variant="subtle"
            loading={resetting}
            aria-label={texts.resetLabel(label, gives)}
            onClick={async () => tell(await reset({ input: { keys: [keyOf(name)] } }), texts.saved(label))}
          >
            {texts.reset}
          </Button>
        )}
        {children}
      </Group>
    </Group>
  );
}
