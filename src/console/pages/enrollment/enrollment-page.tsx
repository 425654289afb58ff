import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useSubscription } from 'urql';
import { useViewer } from '../../api/use-viewer.ts';
import { CreateButton } from '../../parts/create-button.tsx';
import { Page } from '../../parts/page.tsx';
import { PageTabs } from '../../parts/page-tabs.tsx';
import { TokenDialog } from '../../parts/token-dialog.tsx';
import { enrollmentTexts as texts } from '../../texts/enrollment.ts';
import { PendingMoves } from './enrollment.documents.ts';
import { GroupDialog } from './group-dialog.tsx';
import { type EnrollmentGroupRow, GroupsTab } from './groups-tab.tsx';
import { PendingTab } from './pending-tab.tsx';
import type { EnrollmentTab } from './search.ts';
import type { NewToken } from './token-of.ts';

/** How unknown devices get onto the roll; who waits is seen live. */
export function EnrollmentPage() {
  const { may, can } = useViewer();
  const mayDecide = may('READ_TARGET');
  const maySeeGroups = may('READ_TENANT_CONFIGURATION');
  const { tab } = useSearch({ from: '/shell/enrollment' });
  const navigate = useNavigate({ from: '/enrollment' });
  const setTab = (next: EnrollmentTab) => void navigate({ search: { tab: next } });
  const [edited, setEdited] = useState<EnrollmentGroupRow | 'new'>();
  const [token, setToken] = useState<NewToken>();
  const [{ data: moves }] = useSubscription({ query: PendingMoves, pause: !mayDecide });
  const { pending, rejected } = moves?.pendingTargetsChanged ?? {};
  return (
    <Page
      title={texts.title}
      lead={texts.lead}
      actions={
        can.createEnrollmentGroups && <CreateButton label={texts.newGroup} onClick={() => setEdited('new')} />
      }
    >
      <PageTabs
        tab={tab}
        onChange={setTab}
        tabs={[
          {
            name: 'waiting',
            label: texts.withCount(texts.waiting, pending),
            content: <PendingTab state="PENDING" count={pending} />,
            isSeen: mayDecide,
          },
          {
            name: 'rejected',
            label: texts.withCount(texts.rejected, rejected),
            content: <PendingTab state="REJECTED" count={rejected} />,
            isSeen: mayDecide,
          },
          {
            name: 'groups',
            label: texts.groups,
            content: <GroupsTab onEdit={setEdited} onToken={setToken} />,
            isSeen: maySeeGroups,
          },
        ]}
      />
      {edited && (
        <GroupDialog
          group={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
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
