import { Button, Tabs } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useViewer } from '../../api/use-viewer.ts';
import { Page } from '../../parts/page.tsx';
import { type NewToken, TokenDialog } from '../../parts/token-dialog.tsx';
import { enrollmentTexts as texts } from '../../texts/enrollment.ts';
import { GroupsTab } from './groups-tab.tsx';
import { NewGroupDialog } from './new-group-dialog.tsx';
import { PendingTab } from './pending-tab.tsx';

/** How unknown devices get onto the roll. */
export function EnrollmentPage() {
  const { may } = useViewer();
  const mayDecide = may('READ_TARGET');
  const maySeeGroups = may('READ_TENANT_CONFIGURATION');
  const [tab, setTab] = useState<string | null>(mayDecide ? 'waiting' : 'groups');
  const [making, setMaking] = useState(false);
  const [token, setToken] = useState<NewToken>();
  return (
    <Page
      title={texts.title}
      lead={texts.lead}
      actions={
        may('CREATE_TENANT_CONFIGURATION') && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>
            {texts.newGroup}
          </Button>
        )
      }
    >
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          {mayDecide && <Tabs.Tab value="waiting">{texts.waiting}</Tabs.Tab>}
          {mayDecide && <Tabs.Tab value="rejected">{texts.rejected}</Tabs.Tab>}
          {maySeeGroups && <Tabs.Tab value="groups">{texts.groups}</Tabs.Tab>}
        </Tabs.List>
        {mayDecide && (
          <Tabs.Panel value="waiting">
            <PendingTab state="PENDING" />
          </Tabs.Panel>
        )}
        {mayDecide && (
          <Tabs.Panel value="rejected">
            <PendingTab state="REJECTED" />
          </Tabs.Panel>
        )}
        {maySeeGroups && (
          <Tabs.Panel value="groups">
            <GroupsTab onToken={setToken} />
          </Tabs.Panel>
        )}
      </Tabs>
      {making && (
        <NewGroupDialog
          onClose={() => setMaking(false)}
          onToken={(made) => {
            setTab('groups');
            setToken(made);
          }}
        />
      )}
      {token && <TokenDialog {...token} onClose={() => setToken(undefined)} />}
    </Page>
  );
}
