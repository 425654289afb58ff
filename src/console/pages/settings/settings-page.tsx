import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useViewer } from '../../api/use-viewer.ts';
import { Page } from '../../parts/page.tsx';
import { settingsTexts as texts } from '../../texts/settings.ts';
import { GeneralTab } from './general-tab.tsx';
import { KeysTab } from './keys-tab.tsx';
import type { SettingsTab } from './search.ts';
import { UsersTab } from './users-tab.tsx';

/** How the tenant is set, who can sign in, and with which keys. */
export function SettingsPage() {
  const { may, isAdmin } = useViewer();
  const maySee = may('READ_TENANT_CONFIGURATION');
  const { tab = maySee ? 'general' : 'keys' } = useSearch({ from: '/shell/settings' });
  const navigate = useNavigate({ from: '/settings' });
  return (
    <Page title={texts.title} lead={texts.lead}>
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: { tab: next as SettingsTab } })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {maySee && <Tabs.Tab value="general">{texts.general}</Tabs.Tab>}
          {isAdmin && <Tabs.Tab value="users">{texts.users}</Tabs.Tab>}
          <Tabs.Tab value="keys">{texts.apiKeys}</Tabs.Tab>
        </Tabs.List>
        {maySee && (
          <Tabs.Panel value="general">
            <GeneralTab />
          </Tabs.Panel>
        )}
        {isAdmin && (
          <Tabs.Panel value="users">
            <UsersTab />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="keys">
          <KeysTab />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
