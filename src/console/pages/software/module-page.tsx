import { Button } from '@mantine/core';
import { IconPackageOff, IconPlus, IconTrash } from '@tabler/icons-react';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { ModuleFullFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Card } from '../../parts/card.tsx';
import { confirm } from '../../parts/confirm.ts';
import { Editable } from '../../parts/editable.tsx';
import { Fact, Facts } from '../../parts/fact.tsx';
import { BackLink, PageButton } from '../../parts/links.tsx';
import { done, failure } from '../../parts/notify.tsx';
import { OnePage } from '../../parts/one-page.tsx';
import { Page } from '../../parts/page.tsx';
import { RULES } from '../../parts/rules.ts';
import { told } from '../../parts/tell.ts';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { softwareTexts, moduleTexts as texts } from '../../texts/software.ts';
import { FilesCard } from './files-card.tsx';
import { ModuleMetadataCard } from './metadata-cards.tsx';
import { NewSetDialog } from './new-dialogs.tsx';
import { DeleteModule, ModulePage as ModulePageQuery, UpdateModule } from './software.documents.ts';

/** One software module with its files. */
export function ModulePage() {
  const { number } = useParams({ from: '/shell/software/modules/$number' });
  const answer = useData(ModulePageQuery, { id: `SoftwareModule:${number}` });
  return (
    <OnePage
      of={answer}
      find={({ softwareModule }) => softwareModule}
      title={texts.untitled(number)}
      missing={{
        icon: <IconPackageOff size={40} stroke={1.4} />,
        title: texts.notFound,
        action: <PageButton to="/software">{texts.toList}</PageButton>,
      }}
    >
      {(one) => <Shown module={one} reload={answer.reload} />}
    </OnePage>
  );
}

function Shown({ module, reload }: { module: ModuleFullFragment; reload: () => void }) {
  const navigate = useNavigate();
  const { can } = useViewer();
  const [remove, removing] = useChange(DeleteModule);
  const [making, setMaking] = useState(false);
  const hasFiles = (module.artifacts?.length ?? 0) > 0;
  const title = `${module.name} ${module.version}`;

  async function removeIt() {
    const text = texts.removeText(title, module.artifacts?.length ?? 0);
    const sure = await confirm({ title: `${texts.remove}?`, text, action: common.delete, danger: true });
    const outcome = sure ? await remove({ input: { id: module.id } }) : undefined;
    if (!outcome) return;
    const [fault] = outcome.faults;
    if (fault) return void failure(fault.message);
    void done(texts.removed);
    void navigate({ to: '/software', search: { tab: 'modules' } });
  }

  return (
    <Page
      back={<BackLink to="/software" search={{ tab: 'modules' }} />}
      title={title}
      lead={module.type?.name}
      actions={
        <>
          {module.viewerCan.delete && (
            <Button
              variant="default"
              leftSection={<IconTrash size={16} />}
              loading={removing}
              onClick={() => void removeIt()}
            >
              {common.delete}
            </Button>
          )}
          {hasFiles && can.createDistributionSets && (
            <Button
              variant="default"
              leftSection={<IconPlus size={16} aria-hidden />}
              onClick={() => setMaking(true)}
            >
              {texts.makeSet}
            </Button>
          )}
        </>
      }
    >
      <FilesCard module={module} onChanged={reload} />
      <DetailsCard module={module} />
      <ModuleMetadataCard module={module} />
      {making && <NewSetDialog first={module} onClose={() => setMaking(false)} />}
    </Page>
  );
}

const TEXT_FIELDS = ['vendor', 'description'] as const;

/** What people say of a module, to be changed where it stands. */
function DetailsCard({ module }: { module: ModuleFullFragment }) {
  const [change] = useChange(UpdateModule);
  return (
    <Card title={texts.details}>
      <Facts>
        {TEXT_FIELDS.map((field) => (
          <Fact key={field} label={softwareTexts[field]}>
            <Editable
              value={module[field] ?? ''}
              label={softwareTexts[field]}
              editLabel={texts.edit(softwareTexts[field])}
              mayEdit={module.viewerCan.update}
              rule={RULES[field]}
              save={async (value) => {
                const input = { id: module.id, [field]: value || null };
                return told(await change({ input }), texts.saved(softwareTexts[field]));
              }}
            />
          </Fact>
        ))}
        <Fact label={softwareTexts.columns.created}>
          <When at={module.createdAt} />
        </Fact>
      </Facts>
    </Card>
  );
}
