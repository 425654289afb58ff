import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { useViewer } from '../../api/use-viewer.ts';
import { Page } from '../../parts/page.tsx';
import { TabList } from '../../parts/tab-list.tsx';
import { settingsTexts as texts } from '../../texts/settings.ts';
import { CertificatesTab } from './certificates-tab.tsx';
import { GeneralTab } from './general-tab.tsx';
import { KeysTab } from './keys-tab.tsx';
import { RolesTab } from './roles-tab.tsx';
import type { SettingsTab } from './search.ts';
import { TagsTab } from './tags-tab.tsx';
import { TargetTypesTab } from './target-types-tab.tsx';
import { TenantsTab } from './tenants-tab.tsx';
import { UsersTab } from './users-tab.tsx';
import { WebhooksTab } from './webhooks-tab.tsx';

/** How the tenant is set, whom it tells what, who can sign in, and with which keys. */
export function SettingsPage() {
  const { may, isAdmin, isSystemAdmin } = useViewer();
  const maySee = may('READ_TENANT_CONFIGURATION');
  const all: (readonly [SettingsTab, ComponentType, boolean])[] = [
    ['general', GeneralTab, maySee],
    ['tags', TagsTab, may('READ_TARGET')],
    ['types', TargetTypesTab, may('READ_TARGET_TYPE')],
    ['certificates', CertificatesTab, maySee],
    ['webhooks', WebhooksTab, maySee],
    ['users', UsersTab, isAdmin],
    ['roles', RolesTab, isAdmin],
    ['keys', KeysTab, true],
    ['tenants', TenantsTab, isSystemAdmin],
  ];
  const tabs = all.filter(([, , shown]) => shown);
  const { tab = tabs[0]![0] } = useSearch({ from: '/shell/settings' });
  const navigate = useNavigate({ from: '/settings' });
  return (
    <Page title={texts.title} lead={texts.lead}>
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: { tab: next as SettingsTab } })}
        keepMounted={false}
      >
        <TabList open={tab}>
          {tabs.map(([value]) => (
            <Tabs.Tab key={value} value={value}>
              {texts.tabs[value]}
            </Tabs.Tab>
          ))}
        </TabList>
        {tabs.map(([value, Tab]) => (
          <Tabs.Panel key={value} value={value}>
            <Tab />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}
