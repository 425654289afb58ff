import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useViewer } from '../../api/use-viewer.ts';
import { Page } from '../../parts/page.tsx';
import { TabList } from '../../parts/tab-list.tsx';
import { jobsTexts as texts } from '../../texts/job.ts';
import { ImportsTab } from './imports-tab.tsx';
import { JobsTab } from './jobs-tab.tsx';
import type { JobsTabName } from './search.ts';

/** What goes on in the background, or has ended: changes of many at once, and imports. */
export function JobsPage() {
  const { tab = 'jobs' } = useSearch({ from: '/shell/jobs' });
  const navigate = useNavigate({ from: '/jobs' });
  const { may } = useViewer();
  const maySeeImports = may('CREATE_TARGET');
  return (
    <Page wide title={texts.title} lead={texts.lead}>
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: { tab: next as JobsTabName } })}
        keepMounted={false}
      >
        <TabList open={tab}>
          <Tabs.Tab value="jobs">{texts.tabs.jobs}</Tabs.Tab>
          {maySeeImports && <Tabs.Tab value="imports">{texts.tabs.imports}</Tabs.Tab>}
        </TabList>
        <Tabs.Panel value="jobs">
          <JobsTab />
        </Tabs.Panel>
        {maySeeImports && (
          <Tabs.Panel value="imports">
            <ImportsTab />
          </Tabs.Panel>
        )}
      </Tabs>
    </Page>
  );
}
