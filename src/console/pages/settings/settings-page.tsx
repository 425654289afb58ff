import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { useViewer } from '../../api/use-viewer.ts';
import { Page } from '../../parts/page.tsx';
import { PageTabs } from '../../parts/page-tabs.tsx';
import { settingsTexts as texts } from '../../texts/settings.ts';
import { CertificatesTab } from './certificates-tab.tsx';
import { GeneralTab } from './general-tab.tsx';
import { KeysTab } from './keys-tab.tsx';
import { RolesTab } from './roles-tab.tsx';
import type { SettingsTab } from './search.ts';
import { SetTagsTab, TagsTab } from './tags-tab.tsx';
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
    ['setTags', SetTagsTab, may('READ_DISTRIBUTION_SET')],
    ['types', TargetTypesTab, may('READ_TARGET_TYPE')],
    ['certificates', CertificatesTab, maySee],
    ['webhooks', WebhooksTab, maySee],
    ['users', UsersTab, isAdmin],
    ['roles', RolesTab, isAdmin],
    ['keys', KeysTab, true],
    ['tenants', TenantsTab, isSystemAdmin],
  ];
  const { tab } = useSearch({ from: '/shell/settings' });
  const navigate = useNavigate({ from: '/settings' });
  return (
    <Page title={texts.title} lead={texts.lead}>
      <PageTabs
        tab={tab}
        onChange={(next) => void navigate({ search: { tab: next } })}
        tabs={all.map(([name, Tab, isSeen]) => ({
          name,
          label: texts.tabs[name],
          content: <Tab />,
          isSeen,
        }))}
      />
    </Page>
  );
}
