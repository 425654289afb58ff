import { useNavigate, useSearch } from '@tanstack/react-router';
import { useViewer } from '../../api/use-viewer.ts';
import { Page } from '../../parts/page.tsx';
import { PageTabs } from '../../parts/page-tabs.tsx';
import { jobsTexts as texts } from '../../texts/job.ts';
import { ImportsTab } from './imports-tab.tsx';
import { JobsTab } from './jobs-tab.tsx';

/** What goes on in the background, or has ended: changes of many at once, and imports. */
export function JobsPage() {
  const { tab } = useSearch({ from: '/shell/jobs' });
  const navigate = useNavigate({ from: '/jobs' });
  const { may } = useViewer();
  return (
    <Page wide title={texts.title} lead={texts.lead}>
      <PageTabs
        tab={tab}
        onChange={(next) => void navigate({ search: { tab: next } })}
        tabs={[
          { name: 'jobs', label: texts.tabs.jobs, content: <JobsTab /> },
          {
            name: 'imports',
            label: texts.tabs.imports,
            content: <ImportsTab />,
            isSeen: may('CREATE_TARGET'),
          },
        ]}
      />
    </Page>
  );
}
