import { Stack } from '@mantine/core';
import { useData } from '../../api/use-data.ts';
import { Card } from '../../parts/card.tsx';
import { Answer } from '../../parts/states.tsx';
import { settingsTexts as texts } from '../../texts/settings.ts';
import { GatewayTokenLine } from './gateway-token-line.tsx';
import { QuotasCard } from './quotas-card.tsx';
import { SettingLine, type SettingName } from './setting-line.tsx';
import { Settings } from './settings.documents.ts';

const CARDS: readonly (readonly [title: string, hint: string | undefined, names: readonly SettingName[]])[] =
  [
    [
      texts.authentication,
      undefined,
      [
        'targetTokenEnabled',
        'gatewayTokenEnabled',
        'gatewayToken',
        'certificateHeaderEnabled',
        'certificateHeaderIssuers',
        'autoRegistrationEnabled',
      ],
    ],
    [texts.polling, undefined, ['pollingTime', 'pollingOverdueTime', 'maintenanceWindowPollCount']],
    [
      texts.deployments,
      undefined,
      [
        'rolloutApprovalEnabled',
        'autoAssignmentApprovalEnabled',
        'confirmationFlowEnabled',
        'implicitLockEnabled',
        'actionAutoCloseEnabled',
        'hardwareAttributeSwupdate',
        'hardwareAttributeRauc',
      ],
    ],
    [
      texts.keeping,
      texts.keepingHint,
      [
        'actionCleanupEnabled',
        'actionCleanupDelay',
        'actionCleanupStatuses',
        'actionCleanupOnQuotaHitPercent',
        'deletableActionStatuses',
        'auditRetentionDays',
        'fleetHistoryRetentionDays',
        'jobRetentionDays',
      ],
    ],
  ];

/** The tenant's settings, each with where its value comes from and what a reset gives. */
export function GeneralTab() {
  const settings = useData(Settings, {});
  return (
    <Answer of={settings}>
      {({ tenantConfiguration }) => (
        <Stack>
          {CARDS.map(([title, hint, names]) => (
            <Card key={title} title={title} hint={hint}>
              {names.map((name) => {
                if (name !== 'gatewayToken')
                  return <SettingLine key={name} name={name} setting={tenantConfiguration[name]} />;
                const setting = tenantConfiguration[name];
                return setting && <GatewayTokenLine key={name} setting={setting} />;
              })}
            </Card>
          ))}
          <QuotasCard />
        </Stack>
      )}
    </Answer>
  );
}
